"""What one server is run with. Frozen; `ot-code serve` makes it of its options."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from ot_code.errors import UsageError


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Settings of one server.

    keys: the file with the hashes of API keys. open_to_all: serve beyond this machine without keys. jobs: programs at
    once. body_mb: of one request; held_mb: of the bodies held together. body_s: in which a body must come; head_s:
    in which a request's head must. waiting: requests in the queue. deadline_s: of a request that names none;
    longest_deadline_s: what it may name. run_s, memory_mb: what a program may ask for. problems_mb: test sets kept.
    drain_s: for what is held when the server is told to stop. log_code: log submitted programs too.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    keys: Path | None = None
    open_to_all: bool = False
    jobs: int | None = None
    body_mb: int = 512
    held_mb: int = 2048
    body_s: float = 60.0
    head_s: float = 15.0
    waiting: int = 10_000
    deadline_s: float = 60.0
    longest_deadline_s: float = 3_600.0
    run_s: float = 300.0
    memory_mb: int = 8_192
    problems_mb: int = 1_024
    drain_s: float = 30.0
    log_code: bool = False

    def __post_init__(self) -> None:
        """Raises UsageError where anybody on the network could run programs without a key, unasked."""
        if not self.is_local and self.keys is None and not self.open_to_all:
            raise UsageError(
                f"--host {self.host} can be reached from other machines: give --keys FILE (make a key with "
                "`ot-code serve --keys FILE --new-key NAME`), or --open-to-all where the network keeps others out"
            )

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
