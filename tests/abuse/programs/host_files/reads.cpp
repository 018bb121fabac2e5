// expect: exited 0
// stdout: contained
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    const char *paths[] = {"@CANARY_FILE@", "/etc/shadow", "/proc/1/root@CANARY_FILE@", "/proc/1/cwd/..@CANARY_FILE@",
                           "/sys/kernel", "/run/ot-code", "/dev/mem", "/dev/kvm", "/dev/fuse", "/root/.bashrc"};
    for (const char *path : paths)
        if (open(path, O_RDONLY) >= 0) printf("escaped: %s\n", path);
    // the classic way out of a chroot
    mkdir("/tmp/a", 0700);
    int root = open("/", O_RDONLY);
    if (chroot("/tmp/a") == 0) puts("escaped: chroot");
    fchdir(root);
    for (int i = 0; i < 50; i++) chdir("..");
    if (open("./@CANARY_FILE@", O_RDONLY) >= 0) puts("escaped: above the root");
    char handle[128] = {8};
    if (syscall(SYS_open_by_handle_at, root, handle, O_RDONLY) >= 0) puts("escaped: handle");
    puts("contained");
}
