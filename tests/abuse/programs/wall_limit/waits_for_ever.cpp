// expect: time_limit
// limits: cpu_time_s=1 wall_time_s=0.6
#include <signal.h>
#include <unistd.h>
int main() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    for (;;) pause();
}
