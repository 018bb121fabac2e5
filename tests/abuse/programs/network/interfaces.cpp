// expect: exited 0
// stdout: contained
// landlock: pids
#include <cstdio>
#include <cstring>
int main() {
    char line[512];
    FILE *file = fopen("/proc/net/dev", "r");
    for (int n = 0; file && fgets(line, sizeof line, file); n++)
        if (n >= 2 && !strstr(line, "lo:")) printf("escaped: %s", line);
    file = fopen("/proc/net/unix", "r");
    while (file && fgets(line, sizeof line, file))
        if (strstr(line, "@ABSTRACT@")) printf("escaped: %s", line);
    puts("contained");
}
