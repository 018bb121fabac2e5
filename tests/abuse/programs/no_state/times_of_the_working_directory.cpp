// expect: exited 0
// stdout: clean
// runs: 3
// stdin: {run}
// A time set by one run, to the hundredth of its choice, must not be what the next one reads.
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
int main() {
    struct stat s;
    int run = 0;
    timespec now;
    if (scanf("%d", &run) != 1) return 1;
    stat("/tmp", &s);
    clock_gettime(CLOCK_REALTIME, &now);
    auto phase = [](timespec t) { return t.tv_nsec / 10000000; };  // hundredths of a second: the message
    auto age = now.tv_sec - s.st_mtim.tv_sec + (now.tv_nsec - s.st_mtim.tv_nsec) / 1e9;
    // It touches the folder at 0.30 and lets 50 ms pass: what is done after it ends stands at 0.35 or later. The
    // file system's clock may be a tick behind. What the first run finds was chosen by no run, and may be 0.30 too.
    bool told = run > 0 && age < 0.5 && phase(s.st_mtim) >= 29 && phase(s.st_mtim) <= 30;
    puts(told ? "escaped" : "clean");
    fflush(stdout);
    do clock_gettime(CLOCK_REALTIME, &now);
    while (phase(now) != 30);
    close(open("/tmp/x", O_CREAT | O_RDWR, 0600));
    unlink("/tmp/x");
    usleep(50000);
}
