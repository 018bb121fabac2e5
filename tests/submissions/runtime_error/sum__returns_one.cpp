#include <iostream>

int main() {
    int n;
    long long x, total = 0;
    std::cin >> n;
    while (n--) std::cin >> x, total += x;
    std::cout << total << std::endl;
    return 1;
}
