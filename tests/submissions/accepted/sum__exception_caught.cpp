#include <iostream>
#include <stdexcept>
#include <string>

int main() {
    int n;
    long long x, total = 0;
    std::cin >> n;
    while (n--) std::cin >> x, total += x;
    try {
        throw std::runtime_error(std::to_string(total));
    } catch (const std::exception& error) {
        std::cout << error.what() << '\n';
    }
}
