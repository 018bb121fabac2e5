#include <atomic>
#include <iostream>
#include <thread>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<long long> numbers(n);
    for (auto& x : numbers) std::cin >> x;
    std::atomic<long long> total{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; t++)
        threads.emplace_back([&, t] {
            for (int i = t; i < n; i += 8) total += numbers[i];
        });
    for (auto& thread : threads) thread.join();
    std::cout << total << '\n';
}
