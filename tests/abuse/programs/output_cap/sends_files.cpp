// expect: output_limit
// limits: output_bytes=1000000
#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>
int main() {
    int zero = open("/tmp/big", O_RDWR | O_CREAT, 0600);
    ftruncate(zero, 40 << 20);
    for (;;) {
        off_t at = 0;
        sendfile(1, zero, &at, 40 << 20);
    }
}
