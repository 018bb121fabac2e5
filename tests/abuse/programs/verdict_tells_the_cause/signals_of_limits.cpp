// expect: signaled 25
// SIGXFSZ proves nothing.
#include <cstdio>
#include <signal.h>
int main() {
    fputs("File size limit exceeded\n", stderr);
    raise(SIGXFSZ);
}
