// expect: exited 137
#include <cstdio>
#include <cstdlib>
int main() {
    fputs("Killed\n", stderr);
    exit(137);
}
