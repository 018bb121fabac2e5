#include <cstdio>

int main() {
    for (;;) std::puts("ready ready ready ready ready ready ready ready");
}
