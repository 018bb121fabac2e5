"""The folders of landlock jails: what another process removes at the same moment is nobody's fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest  # noqa: TC002 - fixtures are annotated as in all tests

from sandbox.jails import landlock_places


def test_a_folder_that_another_start_has_removed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tmp_path / f"{landlock_places.PREFIX}1-1-left-landlock"
    left.mkdir()
    monkeypatch.setattr(landlock_places, "owner_lives", lambda _: False)
    real = Path.glob

    def late(path: Path, pattern: str) -> Iterator[Path]:
        yield tmp_path / f"{landlock_places.PREFIX}1-1-gone-landlock"
        yield from real(path, pattern)

    monkeypatch.setattr(Path, "glob", late)
    landlock_places._sweep(tmp_path)
    assert not left.exists()
