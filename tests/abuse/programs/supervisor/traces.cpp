// expect: exited 0
// stdout: contained
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
int main() {
    char byte;
    iovec here{&byte, 1}, there{(void *)0x400000, 1};
    int bad = 0;
    bad |= (ptrace(PTRACE_ATTACH, 1, nullptr, nullptr) == 0) << 0;
    bad |= (ptrace((__ptrace_request)0x4206, 1, nullptr, nullptr) == 0) << 1;  // PTRACE_SEIZE
    bad |= (process_vm_readv(1, &here, 1, &there, 1, 0) > 0) << 2;
    bad |= (process_vm_writev(1, &here, 1, &there, 1, 0) > 0) << 3;
    int pidfd = syscall(SYS_pidfd_open, 1, 0);
    for (int fd = 0; fd < 300; fd++)
        bad |= (syscall(SYS_pidfd_getfd, pidfd, fd, 0) >= 0) << 4;
    bad |= (syscall(SYS_kcmp, 1, getpid(), KCMP_FILE, 0, 0) >= 0) << 5;
    bad |= (open("/proc/1/mem", O_RDWR) >= 0) << 6;
    rlimit low{3, 3};
    bad |= (prlimit(1, RLIMIT_NOFILE, &low, nullptr) == 0) << 7;
    bad |= (setpriority(PRIO_PROCESS, 1, 19) == 0) << 8;
    bad |= (syscall(SYS_ioprio_set, 1, 1, (3 << 13) | 0) == 0) << 9;
    bad |= (syscall(SYS_ioprio_set, 3, getuid(), (3 << 13) | 0) == 0) << 10;
    bad |= (syscall(SYS_process_madvise, pidfd, &there, 1, 21, 0) >= 0) << 11;
    bad |= (syscall(SYS_migrate_pages, 1, 8, &bad, &bad) >= 0) << 12;
    if (bad) printf("escaped: %x\n", bad);
    else puts("contained");
}
