// expect: exited 0
// stdout: 30
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>
int main() {
    std::atomic<int> count{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 30; i++) threads.emplace_back([&] { count++; });
    for (auto &thread : threads) thread.join();
    printf("%d\n", count.load());
}
