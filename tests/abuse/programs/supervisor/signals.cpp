// expect: exited 0
// stdout: contained
#include <cstdio>
#include <signal.h>
#include <unistd.h>
int main() {
    for (int number = 1; number < 65; number++) {
        kill(1, number);
        sigval value{};
        sigqueue(1, number, value);
    }
    usleep(50000);
    puts(getppid() == 1 ? "contained" : "escaped");
}
