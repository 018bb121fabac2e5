int main() {
    volatile int x = 0;
    while (true) x = x + 1;
}
