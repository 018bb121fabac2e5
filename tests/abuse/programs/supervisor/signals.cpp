// expect: exited 0
// stdout: contained
#include <cstdio>
#include <signal.h>
#include <unistd.h>
int main() {
    const int supervisor = getppid();  // 1 where there is a PID namespace
    for (int number = 1; number < 65; number++) {
        kill(supervisor, number);
        sigval value{};
        sigqueue(supervisor, number, value);
    }
    usleep(50000);
    puts(getppid() == supervisor ? "contained" : "escaped");
}
