#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    long long x, total = 0;
    cin >> n;
    while (n--) cin >> x, total += x;
    cout << total << endl;
}
