// expect: build_failed
#include <cstdio>
asm(".section .rodata\n.global held\nheld: .incbin \"@CANARY_FILE@\"\n.byte 0\n.previous");
extern "C" const char held[];
int main() { puts(held); }
