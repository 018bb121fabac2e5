#include <iostream>

int main() {
    int n;
    std::cin >> n;
    for (int k = 0; k < n; k++) std::cout << "line " << k << std::endl;
}
