#include <pthread.h>
#include <stdio.h>

static int n;
static long long numbers[1000], parts[8];

static void *add(void *which) {
    long t = (long)which;
    for (int i = t; i < n; i += 8) parts[t] += numbers[i];
    return NULL;
}

int main(void) {
    pthread_t threads[8];
    scanf("%d", &n);
    for (int i = 0; i < n; i++) scanf("%lld", &numbers[i]);
    for (long t = 0; t < 8; t++) pthread_create(&threads[t], NULL, add, (void *)t);
    long long sum = 0;
    for (int t = 0; t < 8; t++) {
        pthread_join(threads[t], NULL);
        sum += parts[t];
    }
    printf("%lld\n", sum);
}
