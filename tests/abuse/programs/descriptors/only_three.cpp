// expect: exited 0
// stdout: contained
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>
int main() {
    for (int fd = 3; fd < 5000; fd++)
        if (fcntl(fd, F_GETFD) >= 0) {
            char where[300] = {0}, path[40];
            sprintf(path, "/proc/self/fd/%d", fd);
            readlink(path, where, 299);
            printf("escaped: %d %s\n", fd, where);
        }
    puts("contained");
}
