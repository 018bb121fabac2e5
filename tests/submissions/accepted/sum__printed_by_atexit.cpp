#include <cstdio>
#include <cstdlib>

long long total;

int main() {
    int n;
    long long x;
    std::scanf("%d", &n);
    while (n--) std::scanf("%lld", &x), total += x;
    std::atexit([] { std::printf("%lld\n", total); });
    std::exit(0);
}
