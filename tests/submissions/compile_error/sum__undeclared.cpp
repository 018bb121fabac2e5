#include <iostream>

int main() {
    std::cin >> n;
    std::cout << total(n);
}
