#include <iostream>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    long long x, total = 0;
    std::cin >> x;
    while (std::cin >> x) total += x;
    std::cout << total;
}
