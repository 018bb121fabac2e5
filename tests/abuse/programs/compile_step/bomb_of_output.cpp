// expect: build_failed
char huge[1ul << 32] = {1};
int main() { return huge[5]; }
