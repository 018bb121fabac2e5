// expect: exited 0
// contains: 313233340a
#include <cstdio>
int main() {
    for (int i = 0; i < 2000000; i++) puts("1234");
}
