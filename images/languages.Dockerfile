# The jail with every language that ot-code declares. Built by `ot-code images build languages`, on top of the lean one.
ARG BASE=ot-code/python
FROM ${BASE}
USER 0:0
RUN set -eu; \
    # Rust and Go of Debian 12 are older than what contest programs are written for: rustc-web, and backports.
    for suite in bookworm bookworm-updates bookworm-backports; do \
        echo "deb http://deb.debian.org/debian $suite main"; \
    done >/etc/apt/sources.list; \
    echo "deb http://deb.debian.org/debian-security bookworm-security main" >>/etc/apt/sources.list; \
    rm -f /etc/apt/sources.list.d/*; \
    apt-get update -qq; \
    mkdir -p /usr/share/man/man1; \
    apt-get install -y -qq --no-install-recommends \
        bash gcc g++ libc6-dev binutils rustc-web openjdk-17-jdk-headless nodejs node-typescript pypy3 \
        golang-go/bookworm-backports golang-src/bookworm-backports; \
    find / -xdev -perm /6000 -type f -exec chmod a-s {} +; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* /usr/share/doc /usr/share/man \
        /usr/share/info /usr/share/locale /root/.cache
USER 65534:65534
WORKDIR /tmp
CMD ["python3", "--version"]
