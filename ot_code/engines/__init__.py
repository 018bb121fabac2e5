"""Where programs run: jails of this process's own (local), or actors with jails of their own on a Ray cluster (ray)."""

from __future__ import annotations

ENGINES = ("local", "ray")
