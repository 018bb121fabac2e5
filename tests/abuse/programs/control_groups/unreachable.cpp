// expect: exited 0
// stdout: contained
#include <cstdio>
#include <sys/mount.h>
#include <unistd.h>
int main() {
    if (access("/sys/fs/cgroup", F_OK) == 0) puts("escaped: there");
    if (mount("cgroup", "/tmp", "cgroup", 0, "memory") == 0) puts("escaped: mounted");
    if (mount("cgroup2", "/tmp", "cgroup2", 0, nullptr) == 0) puts("escaped: mounted");
    for (int fd = 3; fd < 300; fd++)
        if (write(fd, "1\n", 2) > 0) printf("escaped: wrote to %d\n", fd);
    puts("contained");
}
