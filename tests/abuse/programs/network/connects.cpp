// expect: exited 0
// stdout: contained
#include <arpa/inet.h>
#include <cstdio>
#include <initializer_list>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
int main() {
    for (int family = 0; family < 46; family++)
        for (int kind : {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET})
            if (family != AF_UNIX && socket(family, kind, 0) >= 0) printf("escaped: family %d\n", family);
    int one = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(@PORT@);
    inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
    if (connect(one, (sockaddr *)&there, sizeof there) == 0) {
        write(one, "CANARY", 6);
        puts("escaped: connected");
    }
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    strcpy(name.sun_path + 1, "@ABSTRACT@");
    one = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(one, (sockaddr *)&name, sizeof(sa_family_t) + 1 + strlen("@ABSTRACT@")) == 0) puts("escaped: abstract");
    puts("contained");
}
