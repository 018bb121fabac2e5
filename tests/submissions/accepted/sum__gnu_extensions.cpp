#include <ext/pb_ds/assoc_container.hpp>
#include <iostream>

int main() {
    int n;
    std::cin >> n;
    __int128 total = 0;
    long long numbers[n];
    for (auto& x : numbers) std::cin >> x, total += x;
    __gnu_pbds::gp_hash_table<int, long long> table;
    table[0] = (long long)total;
    std::cout << table[0] << '\n';
}
