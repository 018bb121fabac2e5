// expect: exited 0
// stdout: clean
// runs: 2
#include <cstdio>
#include <initializer_list>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/socket.h>
#include <cstring>
#include <unistd.h>
int main() {
    int left = 0;
    for (const char *name : {"/tmp/plain", "/tmp/a", "/tmp/sock", "/dev/shm/shared", "/tmp/a.out", "/var/tmp/x"})
        left += access(name, F_OK) == 0;
    puts(left ? "escaped" : "clean");
    close(open("/tmp/plain", O_CREAT | O_RDWR, 0));
    close(open("/dev/shm/shared", O_CREAT | O_RDWR, 0600));
    close(open("/var/tmp/x", O_CREAT | O_RDWR, 0600));
    mkdir("/tmp/a", 0700);
    mkdir("/tmp/a/b", 0700);
    symlink("..", "/tmp/a/b/up");
    chmod("/tmp/a/b", 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    strcpy(name.sun_path, "/tmp/sock");
    bind(socket(AF_UNIX, SOCK_STREAM, 0), (sockaddr *)&name, sizeof name);
}
