// Exit codes of the format, and a judge's message.
#include <cstdio>
#include <cstdlib>
#include <string>

const int ACCEPTED = 42, WRONG = 43;

[[noreturn]] inline void decide(int code, const std::string& feedback_dir, const char* message) {
    if (FILE* file = std::fopen((feedback_dir + "judgemessage.txt").c_str(), "w")) {
        std::fprintf(file, "%s\n", message);
        std::fclose(file);
    }
    std::exit(code);
}
