#include <iostream>

double mean(int count);

int main() {
    int count;
    std::cin >> count;
    std::cout << mean(count) << std::endl;
}
