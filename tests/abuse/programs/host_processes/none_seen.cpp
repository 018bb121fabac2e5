// expect: exited 0
// stdout: contained
// landlock: pids
#include <cstdio>
#include <initializer_list>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int seen = 0;
    for (int pid = 2; pid < 70000; pid++)
        if (pid != getpid() && kill(pid, 0) == 0) seen++;
    for (int pid : {@HOST_PID@})
        if (pid != getpid() && syscall(SYS_pidfd_open, pid, 0) >= 0) seen++;
    char path[40];
    sprintf(path, "/proc/%d/status", @HOST_PID@);
    if (@HOST_PID@ != getpid() && access(path, F_OK) == 0) seen++;
    if (seen) printf("escaped: %d\n", seen);
    else puts("contained");
}
