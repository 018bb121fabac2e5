#pragma GCC optimize("O3,unroll-loops")
#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    scanf("%d", &n);
    long long x, total = 0;
    while (n--) scanf("%lld", &x), total += x;
    printf("%lld\n", total);
}
