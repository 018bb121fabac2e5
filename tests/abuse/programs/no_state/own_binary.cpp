// expect: exited 0
// stdout: clean
// runs: 3
// The inode of the binary is what runs of a compiled program share.
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
int main() {
    struct stat s;
    stat("/proc/self/exe", &s);
    char value[16];
    bool found = (s.st_mode & 0777) != 0500 || getxattr("/proc/self/exe", "user.canary", value, 16) > 0;
    puts(found ? "escaped" : "clean");
    setxattr("/proc/self/exe", "user.canary", "CANARY", 6, 0);
    timespec times[2] = {{1000000, 0}, {1000000, 0}};
    utimensat(AT_FDCWD, "/proc/self/exe", times, 0);
    int fd = open("/proc/self/exe", O_RDWR);
    if (fd >= 0) puts("escaped: writable");
    chmod("/proc/self/exe", 0111);
    stat("/proc/self/exe", &s);
    if (s.st_mtime == 1000000) puts("escaped: times");
    chmod("/proc/self/exe", 0);
}
