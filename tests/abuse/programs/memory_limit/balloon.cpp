// expect: memory_limit
// limits: memory_mb=96
#include <cstdlib>
#include <cstring>
int main() {
    for (;;) memset(malloc(4 << 20), 1, 4 << 20);
}
