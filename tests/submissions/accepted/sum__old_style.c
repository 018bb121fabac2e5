#ifndef ONLINE_JUDGE
#error "a judge defines it"
#endif
main() {
    int n;
    long long sum = 0, x;
    double nothing = 0;
    scanf("%d", &n);
    for (; n; n--) scanf("%lld", &x), sum += x;
    printf("%.0f\n", sum + sin(nothing));
    exit(0);
}
