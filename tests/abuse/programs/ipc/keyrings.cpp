// expect: exited 0
// stdout: contained
#include <cstdio>
#include <sys/syscall.h>
#include <unistd.h>
int main() {
    int bad = 0;
    bad |= (syscall(SYS_add_key, "user", "canary", "CANARY", 6, -5) >= 0) << 0;  // the session's of the user
    bad |= (syscall(SYS_add_key, "user", "canary", "CANARY", 6, -3) >= 0) << 1;
    bad |= (syscall(SYS_request_key, "user", "canary", 0, -4) >= 0) << 2;
    bad |= (syscall(SYS_keyctl, 1, "canary") >= 0) << 3;
    if (bad) printf("escaped: %x\n", bad);
    else puts("contained");
}
