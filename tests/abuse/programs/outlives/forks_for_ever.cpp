// expect: exited 0
// stdout: done
// wall_under: 10
// jail: any
#include <cstdio>
#include <signal.h>
#include <unistd.h>
// Each process replaces itself by a child in a session of its own, as fast as it can.
int main() {
    puts("done");
    fflush(stdout);
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 20; i++)
        if (!fork())
            for (;;) {
                setsid();
                if (fork() > 0) _exit(0);
            }
    usleep(100000);
    _exit(0);
}
