#include <cstdio>

int main() {
    int n, x;
    unsigned total = 0;
    std::scanf("%d", &n);
    while (n--) std::scanf("%d", &x), total += (unsigned)x;
    std::printf("%d\n", (int)total);
}
