// expect: exited 0
// stdout: 7 7
// stdin: 3 4
#include <fstream>
#include <iostream>
int main() {
    int a, b, c, d;
    std::ifstream("/dev/stdin") >> a >> b;
    std::cin >> c >> d;
    std::cout << a + b << " " << c + d << std::endl;
}
