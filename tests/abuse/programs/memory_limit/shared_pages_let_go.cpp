// expect: memory_limit
// limits: memory_mb=96
// watched: the pages of a shared mapping stay when no page table shows them any more
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
int main() {
    for (int i = 0; i < 60; i++) {
        char *p = (char *)mmap(nullptr, 4 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        memset(p, 1, 4 << 20);
        madvise(p, 4 << 20, MADV_DONTNEED);
    }
    sleep(20);
}
