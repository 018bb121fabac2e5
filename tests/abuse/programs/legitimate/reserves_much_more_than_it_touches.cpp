// expect: exited 0
// stdout: fine
// limits: memory_mb=64
#include <cstdio>
#include <sys/mman.h>
int main() {
    char *p = (char *)mmap(nullptr, 8ul << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return 1;
    p[0] = p[4ul << 30] = 1;
    puts("fine");
}
