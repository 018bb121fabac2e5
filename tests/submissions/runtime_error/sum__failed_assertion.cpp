#include <cassert>

int main() {
    int n = 0;
    assert(n == 1);
}
