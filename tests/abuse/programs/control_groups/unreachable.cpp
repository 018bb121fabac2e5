// expect: exited 0
// stdout: contained
#include <cstdio>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>
int main() {
    if (open("/sys/fs/cgroup", O_RDONLY) >= 0 || open("/sys/fs/cgroup/cgroup.procs", O_WRONLY) >= 0) puts("escaped: there");
    if (mount("cgroup", "/tmp", "cgroup", 0, "memory") == 0) puts("escaped: mounted");
    if (mount("cgroup2", "/tmp", "cgroup2", 0, nullptr) == 0) puts("escaped: mounted");
    for (int fd = 3; fd < 300; fd++)
        if (write(fd, "1\n", 2) > 0) printf("escaped: wrote to %d\n", fd);
    puts("contained");
}
