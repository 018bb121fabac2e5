"""Makes `import sandbox` mean ours: the name is common, and a folder of that name may stand beside a user's script."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path

_HOME = Path(__file__).resolve().parent.parent


def anchor_sandbox() -> None:
    """Loads our `sandbox` where it is not loaded. Raises ImportError when another one already goes by that name."""
    loaded = sys.modules.get("sandbox")
    if loaded is not None:
        where = getattr(loaded, "__file__", None)
        if where is None or Path(where).resolve().parent != _HOME / "sandbox":
            raise ImportError(
                f"another package named 'sandbox' is loaded (from {where}); ot-code has one of that name: import "
                f"ot_code or code_pipeline first, or run from another folder"
            )
        return
    spec = PathFinder.find_spec("sandbox", [str(_HOME)])
    if spec is None or spec.loader is None:
        raise ImportError(f"ot-code's package 'sandbox' is missing from {_HOME}: install ot-code again")
    module = importlib.util.module_from_spec(spec)
    sys.modules["sandbox"] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules["sandbox"]
        raise
