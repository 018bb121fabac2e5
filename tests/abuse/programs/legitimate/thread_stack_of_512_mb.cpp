// expect: exited 0
// stdout: fine
// limits: memory_mb=128
#include <cstdio>
#include <pthread.h>
int main() {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 512ul << 20);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, [](void *) -> void * { puts("fine"); return nullptr; }, nullptr)) return 1;
    pthread_join(thread, nullptr);
}
