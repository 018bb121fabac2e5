#include <cstdio>
#include <cstdlib>

char buffer[1 << 16];

int main() {
    buffer[std::fread(buffer, 1, sizeof buffer - 1, stdin)] = 0;
    char* at = buffer;
    long long total = 0;
    for (long n = std::strtol(at, &at, 10); n; n--) total += std::strtoll(at, &at, 10);
    std::printf("%lld\n", total);
}
