// expect: exited 0
// stdout: contained
// landlock: scratch
// limits: scratch_mb=64
// jail: any
#include <cstdio>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
char block[1 << 20];
int main() {
    rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &none);
    getrlimit(RLIMIT_FSIZE, &none);
    none.rlim_cur = none.rlim_max;
    setrlimit(RLIMIT_FSIZE, &none);
    long written = 0;
    for (int i = 0; i < 50; i++) {
        char name[20];
        sprintf(name, "/tmp/%d", i);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        for (int k = 0; k < 2; k++) {
            long got = write(fd, block, sizeof block);
            if (got > 0) written += got;
        }
    }
    if (written <= 64 << 20) puts("contained");
    else printf("escaped: %ld\n", written);
}
