#include <stdio.h>

int main(void) {
    int n;
    long long sum = 0, x;
    scanf("%d", &n);
    while (n--) {
        scanf("%lld", &x);
        sum += x;
    }
    printf("%lld\n", sum);
    return 0;
}
