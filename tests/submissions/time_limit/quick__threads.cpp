#include <thread>

int main() {
    auto burn = [] { for (volatile int x = 0;; x = x + 1) {} };
    std::thread a(burn), b(burn);
    a.join();
    b.join();
}
