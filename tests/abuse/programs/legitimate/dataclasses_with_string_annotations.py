# expect: exited 0
# stdout: P(x=1) {'x': <class 'int'>}
from __future__ import annotations

import typing
from dataclasses import dataclass


@dataclass
class P:
    x: int


print(P(1), typing.get_type_hints(P))
