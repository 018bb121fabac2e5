// expect: exited 0
// stdout: 1000000
#include <cstdio>
volatile int sink;
int depth(int n) {
    volatile char frame[64];
    frame[n % 64] = 1;
    sink += frame[n % 64];
    return n == 0 ? 0 : 1 + depth(n - 1);
}
int main() { printf("%d\n", depth(1000000)); }
