// expect: build_failed
#include "/dev/zero"
int main() {}
