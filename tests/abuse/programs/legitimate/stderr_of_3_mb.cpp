// expect: exited 0
// stdout: fine
#include <cstdio>
int main() {
    for (int i = 0; i < 300000; i++) fputs("123456789\n", stderr);
    puts("fine");
}
