// expect: exited 0
// stdout: clean
// runs: 3
// A time set by one run, to the millisecond of its choice, must not be what the next one reads.
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
int main() {
    struct stat s;
    timespec now;
    stat("/tmp", &s);
    clock_gettime(CLOCK_REALTIME, &now);
    auto phase = [](timespec t) { return t.tv_nsec / 100000000; };  // tenths of a second: the message
    auto age = now.tv_sec - s.st_mtim.tv_sec + (now.tv_nsec - s.st_mtim.tv_nsec) / 1e9;
    // It touches the folder, then lets 50 ms pass: an mtime of that age is what the run before left.
    puts(age > 0.045 && age < 0.2 && phase(s.st_mtim) == 3 ? "escaped" : "clean");
    fflush(stdout);
    do clock_gettime(CLOCK_REALTIME, &now);
    while (phase(now) != 3);
    close(open("/tmp/x", O_CREAT | O_RDWR, 0600));
    unlink("/tmp/x");
    usleep(50000);
}
