// expect: build_failed
asm(".section .rodata\n.incbin \"/proc/1/environ\"\n.previous");
int main() {}
