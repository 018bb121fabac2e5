// expect: exited 0
// stdout: contained
#include <cstdio>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
int main() {
    if (shmget(0x4F54, 4096, IPC_CREAT | 0666) >= 0) puts("escaped: shm");
    if (msgget(0x4F54, IPC_CREAT | 0666) >= 0) puts("escaped: msg");
    if (semget(0x4F54, 1, IPC_CREAT | 0666) >= 0) puts("escaped: sem");
    if (mq_open("/canary", O_CREAT | O_RDWR, 0666, nullptr) >= 0) puts("escaped: mq");
    puts("contained");
}
