// expect: exited 0
// contains: 00ff
#include <unistd.h>
int main() { write(1, "\0\xff\xfe\x80", 4); }
