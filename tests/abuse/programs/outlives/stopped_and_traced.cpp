// expect: exited 0
// stdout: done
// wall_under: 10
#include <cstdio>
#include <signal.h>
#include <unistd.h>
int main() {
    for (int i = 0; i < 5; i++)
        if (!fork()) {
            setsid();
            raise(SIGSTOP);
            for (;;) pause();
        }
    usleep(30000);
    puts("done");
}
