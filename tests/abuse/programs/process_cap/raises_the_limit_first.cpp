// expect: exited 0
// stdout: contained
// limits: processes=20
#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>
int main() {
    rlimit limit;
    getrlimit(RLIMIT_NPROC, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NPROC, &limit);
    int made = 0;
    for (int i = 0; i < 300; i++) {
        int pid = fork();
        if (pid < 0) break;
        if (!pid) {
            sleep(30);
            _exit(0);
        }
        made++;
    }
    if (made >= 15 && made <= 20) puts("contained");
    else printf("escaped: %d\n", made);
}
