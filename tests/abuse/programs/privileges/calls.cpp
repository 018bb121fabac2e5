// expect: exited 0
// stdout: contained
#include <cstdio>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#define REFUSED(...) \
    if (syscall(__VA_ARGS__) >= 0) puts("escaped: " #__VA_ARGS__)
int main() {
    char zeros[4096] = {0};
    REFUSED(SYS_unshare, CLONE_NEWUSER);
    REFUSED(SYS_unshare, CLONE_NEWNS | CLONE_NEWUSER);
    REFUSED(SYS_unshare, CLONE_NEWNET);
    REFUSED(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    REFUSED(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
    REFUSED(SYS_clone3, zeros, 88);
    REFUSED(SYS_setns, open("/proc/self/ns/net", O_RDONLY), 0);
    REFUSED(SYS_setuid, 0);
    REFUSED(SYS_setresuid, 0, 0, 0);
    REFUSED(SYS_setgroups, 1, zeros);
    REFUSED(SYS_mount, "none", "/tmp", "tmpfs", 0, 0);
    REFUSED(SYS_pivot_root, "/tmp", "/tmp");
    REFUSED(SYS_chroot, "/tmp");
    REFUSED(428, -100, "/", 1);            // open_tree
    REFUSED(430, "tmpfs", 0);              // fsopen
    REFUSED(442, -100, "/", 0, zeros, 32);  // mount_setattr
    REFUSED(SYS_bpf, 0, zeros, 64);
    REFUSED(SYS_perf_event_open, zeros, 0, -1, -1, 0);
    REFUSED(SYS_userfaultfd, 1);
    REFUSED(425, 8, zeros);  // io_uring_setup
    REFUSED(SYS_io_setup, 1, zeros);
    REFUSED(SYS_fanotify_init, 0, 0);
    REFUSED(SYS_inotify_init1, 0);
    REFUSED(SYS_memfd_create + 10000, 0);
    REFUSED(SYS_kexec_load, 0, 0, 0, 0);
    REFUSED(SYS_init_module, 0, 0, "");
    REFUSED(SYS_reboot, 0xfee1dead, 672274793, 0, 0);
    REFUSED(SYS_swapon, "/tmp", 0);
    REFUSED(SYS_syslog, 3, zeros, 4096);
    REFUSED(SYS_acct, 0);
    REFUSED(SYS_sethostname, "x", 1);
    REFUSED(SYS_settimeofday, zeros, 0);
    REFUSED(SYS_quotactl, 0, 0, 0, 0);
    REFUSED(SYS_name_to_handle_at, -100, "/", zeros, zeros, 0);
    REFUSED(SYS_move_pages, 0, 0, 0, 0, 0, 0);
    REFUSED(SYS_set_mempolicy, 0, 0, 0);
    REFUSED(SYS_personality, ADDR_NO_RANDOMIZE);
    REFUSED(SYS_ioctl, 0, TIOCSTI, "x");
    REFUSED(444, zeros, 8, 0);  // landlock_create_ruleset
    REFUSED(447, 0);            // memfd_secret
#ifdef __x86_64__
    REFUSED(SYS_modify_ldt, 0, zeros, 16);
    REFUSED(SYS_iopl, 3);
    if (fork() == 0) {  // some filters end a process for it
        REFUSED(0x40000000 | 39);  // x32 getpid
        fflush(stdout);
        _exit(0);
    }
    wait(nullptr);
#endif
    REFUSED(SYS_prctl, PR_CAPBSET_DROP, 999);
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) puts("escaped: new privileges");
    puts("contained");
}
