// expect: memory_limit
// limits: memory_mb=96
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
int main() {
    mlockall(MCL_CURRENT | MCL_FUTURE);
    for (;;) {
        char *p = (char *)malloc(2 << 20);
        if (!p) {
            munlockall();
            continue;
        }
        memset(p, 1, 2 << 20);
    }
}
