// expect: build_failed
#include "/dev/urandom"
int main() {}
