#include <stdio.h>

static int depth(int n) {
    volatile char room[64];
    room[0] = 0;
    return n == 0 ? 0 : 1 + depth(n - 1) + room[0];
}

int main(void) {
    int n;
    scanf("%d", &n);
    printf("%d\n", depth(n));
}
