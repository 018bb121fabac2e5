#include <stdio.h>

int main(void) {
    for (;;) puts("ready ready ready ready ready ready ready ready");
}
