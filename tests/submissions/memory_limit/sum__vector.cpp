#include <iostream>
#include <vector>

int main() {
    std::vector<std::vector<char>> hoard;
    for (;;) hoard.emplace_back(10 << 20, 'x');
}
