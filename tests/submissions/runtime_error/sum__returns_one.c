#include <stdio.h>

int main(void) {
    printf("6\n");
    return 1;
}
