// expect: build_failed
#include "@CANARY_FILE@"
#include "/etc/shadow"
int main() {}
