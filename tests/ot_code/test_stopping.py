"""Signals that ask a command to stop: the first is met, those of the next seconds are not, and a late one is again."""

from __future__ import annotations

import signal

import pytest

from ot_code.cli import stopping
from ot_code.cli.stopping import Stopped, stop_on_signals


def test_a_signal_raises_once_while_it_tears_down() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals():
        with pytest.raises(Stopped) as met:
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
    assert met.value.exit_code == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_where_the_first_was_dropped_a_later_one_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    class Noted:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("sys.unraisablehook", lambda _: None)
    monkeypatch.setattr(stopping, "PATIENCE_S", 0.0)
    with stop_on_signals():
        Noted()
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGINT)
