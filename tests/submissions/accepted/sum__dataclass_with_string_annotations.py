from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import ClassVar, get_type_hints


@dataclass
class Total:
    numbers: list[int] = field(default_factory=list)
    next: Total | None = None
    made: ClassVar[int] = 0

    def value(self) -> int:
        return sum(self.numbers)


assert [f.name for f in fields(Total)] == ["numbers", "next"]
assert get_type_hints(Total.value)["return"] is int
input()
print(Total(list(map(int, input().split()))).value())
