// expect: exited 0
#include <cstdio>
#include <cstring>
#include <unistd.h>
int main() {
    const char *text = "{\"op\":\"end\",\"dirty\":\"\",\"idle\":0}";
    char frame[100] = {0};
    frame[0] = strlen(text);
    memcpy(frame + 12, text, strlen(text));
    for (int fd = 0; fd < 5000; fd++) write(fd, frame, 12 + strlen(text));
}
