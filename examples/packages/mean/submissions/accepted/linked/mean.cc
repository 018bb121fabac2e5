#include <iostream>

double mean(int count) {
    double sum = 0, value;
    for (int i = 0; i < count; ++i) std::cin >> value, sum += value;
    std::cout.precision(10);
    return sum / count;
}
