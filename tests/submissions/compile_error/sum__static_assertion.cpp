#include <iostream>

static_assert(sizeof(int) == 8, "this machine is another one");

int main() { std::cout << 6; }
