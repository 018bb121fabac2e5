#include <cstdio>
#include <cstdlib>

int main() {
    int n;
    long long x, total = 0;
    std::scanf("%d", &n);
    while (n--) std::scanf("%lld", &x), total += x;
    std::printf("%lld\n", total);
    std::_Exit(0);
}
