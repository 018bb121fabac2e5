// expect: exited 0
// stdout: 52428800
// limits: memory_mb=256
#include <cstdio>
#include <vector>
int main() {
    std::vector<int> numbers(50 << 20, 1);
    long sum = 0;
    for (int n : numbers) sum += n;
    printf("%ld\n", sum);
}
