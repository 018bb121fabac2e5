// expect: exited 0
// stdout: contained
#include <cstdio>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
int main() {
    const char *paths[] = {"/x", "/usr/x", "/usr/bin/x", "/etc/x", "/dev/x", "/opt/x", "/proc/x", "/var/x"};
    for (const char *path : paths)
        if (open(path, O_CREAT | O_WRONLY, 0600) >= 0) printf("escaped: %s\n", path);
    if (mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0) puts("escaped: remount");
    if (mount("tmpfs", "/tmp", "tmpfs", 0, nullptr) == 0) puts("escaped: mount");
    if (umount2("/usr/bin", MNT_DETACH) == 0) puts("escaped: umount");
    if (chmod("/usr", 0777) == 0 || chmod("/", 0777) == 0) puts("escaped: chmod");
    if (mknod("/tmp/disk", S_IFBLK | 0600, 0x800) == 0) puts("escaped: mknod");
    puts("contained");
}
