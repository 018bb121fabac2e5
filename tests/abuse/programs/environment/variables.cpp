// expect: exited 0
// stdout: contained
#include <cstdio>
#include <cstring>
extern char **environ;
int main() {
    int count = 0;
    for (char **one = environ; *one; one++, count++)
        if (strstr(*one, "CANARY")) puts("escaped: a variable of the host");
    if (count > 14) printf("escaped: %d variables\n", count);
    if (fopen("/proc/1/environ", "r")) puts("escaped: /proc/1/environ");
    puts("contained");
}
