"""What a server does before its first caller: it tries its sandbox and languages, and tries again what failed."""

from __future__ import annotations

from ot_code.service import works as module
from ot_code.service.settings import ServiceSettings
from ot_code.service.works import Works
from sandbox import SandboxError, languages


def test_what_fails_at_the_start_is_tried_again(monkeypatch):
    monkeypatch.setattr(module, "_AGAIN_FIRST_S", 0.01)
    two = {name: languages()[name] for name in ("python3", "bash")}
    monkeypatch.setattr(module, "languages", lambda: two)
    works = Works(ServiceSettings(jobs=1))
    try:
        real, fails = works.sandbox.run, iter([True, False, False, True])
        seen = []

        def run(program, **more):
            seen.append((works.ready, dict(works.missing)))
            if next(fails, False):
                raise SandboxError("the jail is gone")
            return real(program, **more)

        monkeypatch.setattr(works.sandbox, "run", run)
        works.warm_up()
        assert (works.ready, works.missing) == (True, {})
        # The first program failed; then that one, python3 and bash, which failed; then bash again.
        assert seen == [
            (False, {}), (False, {}), (True, {}), (True, {}), (True, {"bash": "the jail is gone"}),
        ]  # fmt: skip
        assert set(works.toolchains) == {"python3", "bash"}
    finally:
        works.close()
