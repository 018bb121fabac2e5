// expect: exited 0
// stdout: contained
// landlock: pids
#include <cstdio>
#include <cstring>
int main() {
    // A lock of an open file belongs to no process, so no namespace hides it; the host holds one of @LOCKED_BYTES@ bytes.
    FILE *locks = fopen("/proc/locks", "r");
    char line[256];
    int seen = 0;
    while (locks && fgets(line, sizeof line, locks)) seen += strstr(line, "OFDLCK") != nullptr;
    puts(seen ? "escaped" : "contained");
}
