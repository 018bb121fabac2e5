// expect: exited 0
// stdout: alarm
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
int main() {
    signal(SIGALRM, [](int) { puts("alarm"); exit(0); });
    ualarm(20000, 0);
    for (;;) pause();
}
