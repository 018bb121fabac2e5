# The lean jail: Python 3 and numpy, nothing else that a program could run. Nothing of ot-code is in it: the supervisor
# is sent in when a container starts. Built by `ot-code images build python`; needs no files beside it.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN set -eu; \
    apt-get update -qq; \
    apt-get install -y -qq --no-install-recommends python3 python3-numpy; \
    # Programs see these packages and no others: the interpreter is started without its site-packages.
    mkdir -p /opt/packages /opt/prepared; \
    ln -s /usr/lib/python3/dist-packages/numpy* /opt/packages/; \
    # No program changes its user, whatever the engine's options are.
    find / -xdev -perm /6000 -type f -exec chmod a-s {} +; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* /usr/share/doc /usr/share/man \
        /usr/share/info /usr/share/locale /root/.cache
ENV LANG=C.UTF-8
USER 65534:65534
WORKDIR /tmp
CMD ["python3", "--version"]
