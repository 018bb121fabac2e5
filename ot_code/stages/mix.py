"""mix: so many rows of each source or domain, or such shares, drawn by chance and the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ot_code.errors import SettingError, UsageError
from ot_code.given import Given, is_number, shown
from ot_code.stages.base import Outcome, Removal, Rows
from ot_code.stages.conditions import value_of
from ot_code.stages.draw import Draw, group_of
from ot_code.stages.texts import has

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Mix:
    """A stage that keeps so many rows of each value of a column.

    counts: rows of each. shares: of the whole, adding up to 1; `total` rows in all, None: as many as the scarcest value
    allows. others: rows of values that are not named are kept or dropped. short: where there are fewer rows than asked,
    the run fails, or takes what there is.
    """

    by: str
    counts: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    total: int | None = None
    seed: int = 0
    others: str = "drop"
    short: str = "fail"

    name = "mix"

    @classmethod
    def of(cls, given: Given) -> Mix:
        """From a recipe's table: by, counts or shares (with total), seed, others, short. Raises SettingError."""
        counts, shares = given.table("counts"), given.table("shares")
        if ("counts" in given) == ("shares" in given):
            raise SettingError(given.path, "needs counts or shares, and not both")
        for name, value in counts.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise SettingError(counts.at(name), f"must be a whole number of rows, not {shown(value)}")
        for name, value in shares.items():
            if not is_number(value) or value < 0:
                raise SettingError(shares.at(name), f"must be a share such as 0.3, not {shown(value)}")
        sum_of = sum(value for _, value in shares.items())
        if "shares" in given and abs(sum_of - 1) > 1e-6:
            raise SettingError(shares.path, f"must add up to 1, and add up to {sum_of:g}")
        made = cls(
            by=given.text("by"),
            counts=dict(counts.items()),
            shares=dict(shares.items()),
            total=given.whole("total", None, least=1),
            seed=given.whole("seed", 0),
            others=given.choice("others", ("drop", "keep"), "drop"),
            short=given.choice("short", ("fail", "take"), "fail"),
        )
        if made.total is not None and not made.shares:
            raise SettingError(given.at("total"), "has a meaning beside shares only: counts say how many")
        given.finish()
        return made

    def settings(self) -> Mapping[str, Any]:
        """All of it."""
        return {
            "version": _VERSION,
            "by": self.by,
            **({"counts": dict(self.counts)} if self.counts else {"shares": dict(self.shares), "total": self.total}),
            "seed": self.seed,
            "others": self.others,
            "short": self.short,
        }

    def apply(self, rows: Rows) -> Iterator[Outcome]:
        """Each row kept, or removed. Raises UsageError for a column that no row has, or too few rows of a value."""
        named = self.counts or self.shares
        draw = Draw(self.seed)
        names: dict[str, None] = {}
        present = False
        for row in rows:
            if not present:
                present = has(row, self.by)
                names.update(dict.fromkeys(row))
            group = group_of(value_of(row, self.by))
            draw.add(row, group if group in named else None)
        if names and not present:
            raise UsageError(f"mix: no row has a column {self.by}; the columns are {', '.join(names)}")
        quotas = self._quotas({**dict.fromkeys(named, 0), **draw.counts()})
        drawn = draw.chosen(quotas)
        for row, is_drawn in zip(rows, drawn, strict=True):
            group = group_of(value_of(row, self.by))
            yield Outcome(row, None if is_drawn else self._removal(group, quotas))

    def _removal(self, group: str | None, quotas: Mapping[str, int]) -> Removal | None:
        if group in quotas:
            said = f"the mix takes {quotas[group or '']} rows of {self.by} {group}, and it was not among those drawn"
            return Removal("not_drawn", said)
        return None if self.others == "keep" else Removal("not_in_mix", f"the mix takes no rows of {self.by} {group}")

    def _quotas(self, there: Mapping[str, int]) -> dict[str, int]:
        quotas = dict(self.counts) if self.counts else self._of_shares(there)
        lacking = [name for name, count in quotas.items() if there[name] < count]
        if lacking and self.short == "fail":
            said = "; ".join(
                f"{quotas[name]} rows of {self.by} {name}, and there are {there[name]}" for name in lacking
            )
            raise UsageError(f"mix: asks for {said}. Ask for fewer, or take what there is with `short: take`")
        return {name: min(count, there[name]) for name, count in quotas.items()}

    def _of_shares(self, there: Mapping[str, int]) -> dict[str, int]:
        """Rows of each value: whole numbers that add up, by largest remainders."""
        shares = {name: Fraction(str(share)) for name, share in self.shares.items()}
        total = self.total
        if total is None:
            total = min(int(there[name] / share) for name, share in shares.items() if share > 0)
        exact = {name: total * share for name, share in shares.items()}
        quotas = {name: int(rows) for name, rows in exact.items()}
        by_rest = sorted(exact, key=lambda name: (quotas[name] - exact[name], name))
        for name in by_rest[: total - sum(quotas.values())]:
            if self.total is not None or quotas[name] < there[name]:
                quotas[name] += 1
        return quotas
