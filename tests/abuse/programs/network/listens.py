# expect: exited 0
# stdout: contained
import socket

try:
    server = socket.create_server(("127.0.0.1", 0))
    socket.create_connection(server.getsockname(), 1)
    print("escaped: a loopback that outlives the test")
except OSError:
    print("contained")
