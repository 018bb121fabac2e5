"""What wiping a scratch folder is given: CPU time of its own, so that a busy machine is no sign of too many files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sandbox.guest import scratch
from sandbox.guest.scratch import Scratch, TooMuchError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "scratch"
    found.mkdir()
    return found


def test_a_wipe_that_others_hold_up_is_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, real = Scratch(str(folder)), os.unlink

    def held_up(path: str, *, dir_fd: int | None = None) -> None:
        time.sleep(2 * scratch.WIPE_S)
        real(path, dir_fd=dir_fd)

    for number in range(3):
        (folder / str(number)).touch()
    monkeypatch.setattr(os, "unlink", held_up)
    one.wipe(main=False)
    assert list(folder.iterdir()) == []


def test_a_wipe_that_costs_too_much_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Scratch(str(folder))
    (folder / "left").touch()
    monkeypatch.setattr(scratch, "WIPE_S", -1.0)
    with pytest.raises(TooMuchError, match="in time"):
        one.wipe(main=False)
