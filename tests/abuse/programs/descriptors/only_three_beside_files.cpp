// expect: exited 0
// stdout: contained
// files: data.txt
#include <cstdio>
#include <fcntl.h>
int main() {
    for (int fd = 3; fd < 5000; fd++)
        if (fcntl(fd, F_GETFD) >= 0) printf("escaped: %d\n", fd);
    puts("contained");
}
