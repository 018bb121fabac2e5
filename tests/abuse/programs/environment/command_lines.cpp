// expect: exited 0
// stdout: contained
#include <cstdio>
#include <cstring>
int main() {
    char text[65536] = {0};
    size_t got = fread(text, 1, sizeof text - 1, fopen("/proc/1/cmdline", "r"));
    for (size_t i = 0; i < got; i++)
        if (!text[i]) text[i] = ' ';
    puts(strstr(text, "bwrap") || strstr(text, "bind") || strstr(text, "CANARY") ? text : "contained");
}
