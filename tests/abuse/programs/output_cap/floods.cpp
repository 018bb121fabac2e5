// expect: output_limit
// limits: output_bytes=1000000
#include <unistd.h>
char block[65536];
int main() {
    for (;;) write(1, block, sizeof block);
}
