// expect: time_limit
// limits: cpu_time_s=0.3
#include <signal.h>
int main() {
    signal(SIGXCPU, SIG_IGN);
    for (volatile long n = 0;; n = n + 1) {}
}
