#include <iostream>
#include <vector>

int main() {
    std::vector<char> memory(200 << 20, 1);
    int n;
    long long x, total = 0;
    std::cin >> n;
    while (n--) std::cin >> x, total += x;
    std::cout << total + memory[n + 100] - 1 << '\n';
}
