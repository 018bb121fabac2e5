"""Programs with holes that import numpy, and C++ ones."""

from benchmarks.families import Family, graph, grid, integers

_NUMPY_SUMS = """
import sys
import numpy as np

n = int(sys.stdin.readline())
NAME = np.array(list(map(int, sys.stdin.readline().split())), dtype=np.int64)
prefix = np.concatenate(([0], np.cumsum(NAME)))
print(int(prefix[-1]) % CONSTANT)
print(int(np.max(NAME)), int(np.min(NAME)), int(np.median(np.sort(NAME)) * 2))
"""
_NUMPY_GRID = """
import numpy as np

rows, cols = map(int, input().split())
NAME = np.array([[1 if ch == "#" else 0 for ch in input()] for _ in range(rows)])
by_row = NAME.sum(axis=1)
by_col = NAME.sum(axis=0)
print(*by_row.tolist())
print(*by_col.tolist())
print(int((by_row @ np.arange(rows) + by_col @ np.arange(cols)) % CONSTANT))
"""
_CPP_SUMS = """
#include <bits/stdc++.h>
using namespace std;

int main() {
    ios::sync_with_stdio(false);
    cin.tie(nullptr);
    int n;
    cin >> n;
    vector<long long> NAME(n);
    for (auto &x : NAME) cin >> x;
    sort(NAME.begin(), NAME.end());
    map<long long, int> seen;
    long long total = 0;
    for (int i = 0; i < n; i++) {
        seen[NAME[i]]++;
        total = (total * 31 + NAME[i] * (i + 1)) % CONSTANT;
    }
    cout << seen.size() << " " << total << "\\n";
    return 0;
}
"""
_CPP_GRAPH = """
#include <bits/stdc++.h>
using namespace std;
typedef long long ll;
const ll INF = 1e18;

int main() {
    int n, m;
    cin >> n >> m;
    vector<vector<pair<int, ll>>> NAME(n + 1);
    for (int i = 0; i < m; i++) {
        int a, b;
        ll w;
        cin >> a >> b >> w;
        NAME[a].push_back({b, w});
        NAME[b].push_back({a, w});
    }
    vector<ll> dist(n + 1, INF);
    priority_queue<pair<ll, int>, vector<pair<ll, int>>, greater<pair<ll, int>>> heap;
    dist[1] = 0;
    heap.push({0, 1});
    while (!heap.empty()) {
        auto [d, u] = heap.top();
        heap.pop();
        if (d > dist[u]) continue;
        for (auto [v, w] : NAME[u]) {
            if (d + w < dist[v]) {
                dist[v] = d + w;
                heap.push({dist[v], v});
            }
        }
    }
    ll total = 0;
    for (int v = 1; v <= n; v++) total += dist[v] < INF ? dist[v] : 0;
    cout << total % CONSTANT << endl;
}
"""

NUMPY_FAMILIES = (Family(_NUMPY_SUMS, integers), Family(_NUMPY_GRID, grid))
CPP_FAMILIES = (Family(_CPP_SUMS, integers), Family(_CPP_GRAPH, graph))
