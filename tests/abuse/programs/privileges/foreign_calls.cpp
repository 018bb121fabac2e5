// expect: signaled 31
// machine: x86_64
// Numbers of i386 mean other calls: SIGSYS.
#include <cstdio>
int main() {
    int answer;
    asm volatile("int $0x80" : "=a"(answer) : "a"(20) : "memory");  // getpid there
    printf("escaped: %d\n", answer);
}
