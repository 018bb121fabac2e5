"""Runs untrusted programs: each run in a fresh process of a hardened jail, under limits, at the price of a fork.

from sandbox import Sandbox
with Sandbox() as sandbox:
    print(sandbox.run("print(input()[::-1])", stdin="abc").stdout)
"""

from sandbox.asynchronous import AsyncSandbox
from sandbox.default import run
from sandbox.errors import (
    EnforcementError,
    GuestProtocolError,
    JailError,
    LanguageError,
    RuntimeSettingError,
    SandboxError,
)
from sandbox.executor import Sandbox
from sandbox.interaction import Interaction, InteractiveSession, open_interaction
from sandbox.languages import languages
from sandbox.runtime import Runtime
from sandbox.session import Session
from sandbox.stop import Stop
from sandbox.types import Call, Execution, Limits, Program, Run, Status

__all__ = [
    "AsyncSandbox",
    "Call",
    "EnforcementError",
    "Execution",
    "GuestProtocolError",
    "Interaction",
    "InteractiveSession",
    "JailError",
    "LanguageError",
    "Limits",
    "Program",
    "Run",
    "Runtime",
    "RuntimeSettingError",
    "Sandbox",
    "SandboxError",
    "Session",
    "Status",
    "Stop",
    "languages",
    "open_interaction",
    "run",
]
