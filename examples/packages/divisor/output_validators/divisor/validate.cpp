// validate INPUT ANSWER FEEDBACK_DIR at_least LEAST < the team's output
#include "validate.h"

#include <cstring>
#include <fstream>
#include <iostream>

int main(int count, char** words) {
    if (count != 6 || std::strcmp(words[4], "at_least") != 0) return 1;
    const std::string feedback = words[3];
    const long long least = std::atoll(words[5]);
    long long n, expected, found;
    std::ifstream(words[1]) >> n;
    std::ifstream(words[2]) >> expected;
    std::string rest;
    if (!(std::cin >> found)) decide(WRONG, feedback, "there is no number");
    if (std::cin >> rest) decide(WRONG, feedback, "there is more than one number");
    if (expected == -1) decide(found == -1 ? ACCEPTED : WRONG, feedback, "n is prime");
    if (found < least || found >= n) decide(WRONG, feedback, "the number is out of range");
    decide(n % found == 0 ? ACCEPTED : WRONG, feedback, "does the number divide n?");
}
