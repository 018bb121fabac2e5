"""What of the host a badly behaved program may look for, really there to be found."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sandbox"))  # its docker_engines

CANARY = "OT-CODE-CANARY-of-the-host"
LOCKED_BYTES = 20261129  # of a lock that is held on the file
_LOCK = struct.Struct("hhqqi4x")  # struct flock


@pytest.fixture(scope="session")
def host() -> Iterator[dict[str, str]]:
    """Canaries on the host: a file that all may read, a variable, listening sockets. What to fill into programs."""
    with tempfile.TemporaryDirectory(prefix="ot-code-canary-") as folder, socket.create_server(("127.0.0.1", 0)) as tcp:
        Path(folder).chmod(0o755)
        file = Path(folder) / "ot-code-canary.txt"
        file.write_text(f'"{CANARY}"\n')
        locked = file.open("r+b")
        fcntl.fcntl(locked, fcntl.F_OFD_SETLK, _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, LOCKED_BYTES, 0))
        os.environ["OT_CODE_TEST_CANARY"] = CANARY
        abstract = f"ot-code-canary-{os.getpid()}"
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind("\0" + abstract)
            unix.listen()
            yield {
                "CANARY_FILE": str(file),
                "PORT": str(tcp.getsockname()[1]),
                "ABSTRACT": abstract,
                "HOST_PID": str(os.getpid()),
                "LOCKED_BYTES": str(LOCKED_BYTES),
            }
        locked.close()
        tcp.setblocking(False)
        with pytest.raises(BlockingIOError):
            tcp.accept()
        del os.environ["OT_CODE_TEST_CANARY"]
