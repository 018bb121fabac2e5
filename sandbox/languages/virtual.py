"""The languages that run on a machine of their own: an interpreter or a virtual machine of the host."""

from __future__ import annotations

from sandbox.languages.base import Language

VIRTUAL: tuple[Language, ...] = ()
