#include <stdlib.h>
#include <string.h>

int main(void) {
    for (;;) memset(malloc(10 << 20), 'x', 10 << 20);
}
