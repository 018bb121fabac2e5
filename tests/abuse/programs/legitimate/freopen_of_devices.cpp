// expect: exited 0
// stdout: first 7
// stdin: 3 4
#include <cstdio>
int main() {
    printf("first ");
    fflush(stdout);
    freopen("/dev/stdin", "r", stdin);
    freopen("/dev/stdout", "w", stdout);
    int a, b;
    scanf("%d %d", &a, &b);
    printf("%d\n", a + b);
}
