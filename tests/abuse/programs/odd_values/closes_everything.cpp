// expect: exited 0
#include <unistd.h>
int main() {
    for (int fd = 0; fd < 300; fd++) close(fd);
}
