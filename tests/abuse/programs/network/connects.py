# expect: exited 0
# stdout: contained
import socket

made = []
for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", @PORT@)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("8.8.8.8", 53)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", @PORT@)),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0@ABSTRACT@"),
    (socket.AF_UNIX, socket.SOCK_STREAM, "/run/docker.sock"),
    (socket.AF_UNIX, socket.SOCK_STREAM, "/var/run/docker.sock"),
):
    try:
        with socket.socket(family, kind) as one:
            one.settimeout(1)
            one.connect(address)
            one.send(b"CANARY")
            made.append(address)
    except OSError:
        pass
for family in (16, 17, 38, 40, 44, 29, 31, 21):  # netlink, packet, alg, vsock, xdp, can, bluetooth, rds
    try:
        socket.socket(family, socket.SOCK_RAW).close()
        made.append(family)
    except OSError:
        pass
try:
    socket.getaddrinfo("example.com", 80)
    made.append("a name was resolved")
except OSError:
    pass
print("contained" if not made else f"escaped: {made}")
