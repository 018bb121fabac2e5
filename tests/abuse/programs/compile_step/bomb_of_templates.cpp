// expect: build_failed
template <int A, int B> struct Bomb : Bomb<A - 1, B>, Bomb<A - 1, B + (1 << A)> {};
template <int B> struct Bomb<0, B> {};
int main() { Bomb<18, 0> bomb; }
#error not without its end
