#include <iostream>

int depth(int n) {
    volatile char frame[64] = {};
    return n == 0 ? frame[0] : 1 + depth(n - 1) + frame[n % 64];
}

int main() {
    int n;
    std::cin >> n;
    std::cout << depth(n) << '\n';
}
