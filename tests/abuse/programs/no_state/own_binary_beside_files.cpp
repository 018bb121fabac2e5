// expect: exited 0
// stdout: clean
// runs: 3
// files: data.txt
// As own_binary, where each run brings a file of its own.
#include <cstdio>
#include <sys/stat.h>
int main() {
    struct stat s;
    stat("/proc/self/exe", &s);
    puts((s.st_mode & 0777) != 0500 ? "escaped" : "clean");
    chmod("/proc/self/exe", 0111);
    chmod("/tmp/data.txt", 0);
}
