// expect: time_limit
// limits: cpu_time_s=0.4 wall_time_s=20
#include <unistd.h>
int main() {
    for (int i = 0; i < 3; i++)
        if (!fork()) {
            setsid();
            if (fork()) _exit(0);
            for (volatile long n = 0;; n = n + 1) {}
        }
    sleep(60);
}
