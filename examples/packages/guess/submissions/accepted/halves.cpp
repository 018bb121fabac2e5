#include <iostream>
#include <string>

int main() {
    int low = 1, high = 1000;
    for (std::string answer; answer != "correct";) {
        const int middle = (low + high) / 2;
        std::cout << middle << std::endl;
        std::cin >> answer;
        (answer == "lower" ? high : low) = answer == "lower" ? middle - 1 : middle + 1;
    }
}
