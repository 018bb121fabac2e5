"""A forked child becomes one run of a program, and ends as the interpreter would.

Theory of operation. The supervisor forks; `become` runs in the child and never returns. In this order: a session of its
own, limits, descriptors 0, 1 and 2 (stdin re-opened from its memfd, so that no offset is shared), files of the program
written fresh into the working directory, everything else closed; then either `execve` of a compiled program, or the
source is compiled and run in a fresh `__main__`, as `python3 FILE` would. What the supervisor holds open is gone before
the first line of the program runs; the one pipe for notes to the supervisor is used and closed before that, too.
"""

from __future__ import annotations

import atexit
import builtins
import fcntl
import gc
import importlib.machinery
import marshal
import os
import resource
import signal
import sys
import traceback
import types
from typing import Any, NoReturn, Optional

from . import call, wire

WORKDIR = "/tmp"  # noqa: S108 - the jail's own scratch space, private to it and wiped after each run
BUILD_FAILED = b"B"
BROKEN = b"E"
FRAMES_OF_OURS = 6  # depth at which a program starts; added to the recursion limit so that it has its full 1000
_CODE_SEALS = 0x1 | 0x2 | 0x4 | 0x8  # F_SEAL_SEAL, SHRINK, GROW, WRITE
_F_ADD_SEALS = 1033

# Each of these may do something at the interpreter's end: finalizers, unflushed files, suspended generators.
_ENDS_LATE = (b"__del__", b"weakref", b"yield", b"open(", b"async ", b"fdopen", b"TemporaryFile")

_MEETS_RANDOM = (b"random", b"statistics", b"import_", b"importlib", b"exec", b"eval", b"modules")


class Plan:
    """What the child is to become. Plain fields; made by the supervisor before the fork."""

    __slots__ = (
        "argv", "blob", "blob_bytes", "call", "code", "code_bytes", "env", "err", "exe", "keep_code", "kind", "libc",
        "limits", "notes", "out", "returned", "run_blob", "run_blob_bytes", "stdin", "stdin_bytes",
    )  # fmt: skip

    def __init__(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)


def become(plan: Plan) -> NoReturn:
    """Runs in the child; ends the process."""
    try:
        os.setsid()
        plan.libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: /proc/self is the program's own again
        stdin = os.open(f"/proc/self/fd/{plan.stdin}", os.O_RDONLY)
        files = _write_files(plan.blob, plan.blob_bytes)
        if plan.run_blob_bytes:
            _write_files(plan.run_blob, plan.run_blob_bytes)
        source = files[0] if files else b""
        arguments = os.pread(plan.stdin, plan.stdin_bytes, 0) if plan.call else b""
        code = _read_code(plan)
        returned = 3 if plan.call else -1
        _set_limits(plan.limits)
        if plan.kind == "exec":
            _exec(plan, stdin)
        if code is None:
            code = _compile(plan, source)
        if plan.call:
            # Past the descriptors that are placed below, so that none of them is overwritten.
            stdin = os.open("/dev/null", os.O_RDONLY)
            plan.returned = fcntl.fcntl(plan.returned, fcntl.F_DUPFD, 10)
        os.dup2(stdin, 0)
        os.dup2(plan.out, 1)
        os.dup2(plan.err, 2)
        if plan.call:
            os.dup2(plan.returned, 3)
        os.closerange(4 if plan.call else 3, 4096)
    except BaseException:
        _broken(plan)
    try:
        _run(code, source, plan.call, arguments, returned, shared=len(files) > 1 or plan.run_blob_bytes > 0)
    finally:
        os._exit(70)  # only a program that broke our last lines comes here; a child never runs the supervisor's loop


def _write_files(blob: int, blob_bytes: int) -> list[bytes]:
    """Writes the blob's files into the working directory, new each; the first one's content is returned."""
    if not blob_bytes:
        return []
    data = os.pread(blob, blob_bytes, 0)
    while len(data) < blob_bytes:
        data += os.pread(blob, blob_bytes - len(data), len(data))
    head = int.from_bytes(data[:4], "little")
    manifest = wire.load_plain(data[4 : 4 + head])
    at = 4 + head
    first: list[bytes] = []
    for name, size in manifest:
        content = data[at : at + size]
        at += size
        if "/" in name:
            os.makedirs(os.path.join(WORKDIR, os.path.dirname(name)), exist_ok=True)
        fd = os.open(os.path.join(WORKDIR, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        done = 0
        while done < size:
            done += os.write(fd, content[done:] if done else content)
        os.close(fd)
        if not first:
            first.append(content)
    return first


def _set_limits(limits: dict[str, int]) -> None:
    cpu = limits["cpu_s"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    size = limits["file_bytes"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    count = limits["processes"]
    resource.setrlimit(resource.RLIMIT_NPROC, (count, count))
    count = limits["open_files"]
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def _exec(plan: Plan, stdin: int) -> NoReturn:
    soft = plan.limits["stack_bytes"]
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (soft if hard < 0 else min(soft, hard), hard))
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(stdin, 0)
    os.dup2(plan.out, 1)
    os.dup2(plan.err, 2)
    path = plan.argv[0] if plan.exe < 0 else f"/proc/self/fd/{plan.exe}"
    os.execve(path, plan.argv, plan.env)  # noqa: S606 - what this child is for


def _read_code(plan: Plan) -> Optional[types.CodeType]:
    if not plan.code_bytes:
        return None
    return marshal.loads(os.pread(plan.code, plan.code_bytes, 0))  # noqa: S302 - written and sealed by _compile


def _compile(plan: Plan, source: bytes) -> types.CodeType:
    """The program's code. Sealed into a memfd for the runs to come, before any of the program has run."""
    path = plan.argv[0]
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except BaseException as error:  # SyntaxError, ValueError (null bytes), MemoryError, RecursionError
        os.write(plan.notes, BUILD_FAILED)
        os.dup2(plan.err, 2)
        error.__traceback__ = None
        traceback.print_exception(type(error), error, None)
        sys.stderr.flush()
        os._exit(1)
    if plan.keep_code:
        text = marshal.dumps(code)
        if os.write(plan.code, text) == len(text):
            fcntl.fcntl(plan.code, _F_ADD_SEALS, _CODE_SEALS)
    return code


def _broken(plan: Plan) -> NoReturn:
    """Something of ours failed before the program began: told to the supervisor, so that it is nobody's verdict."""
    try:
        os.write(plan.notes, BROKEN)
        os.write(plan.err, traceback.format_exc().encode("utf-8", "backslashreplace"))
    finally:
        os._exit(70)


def _run(
    code: types.CodeType, source: bytes, is_call: bool, arguments: bytes, returned: int, *, shared: bool
) -> NoReturn:
    name = "solution" if is_call else "__main__"
    module = types.ModuleType(name)
    sys.modules[name] = module
    path = code.co_filename
    namespace = module.__dict__
    namespace["__builtins__"] = builtins
    namespace["__file__"] = path
    namespace["__cached__"] = None
    namespace["__loader__"] = importlib.machinery.SourceFileLoader(name, path)
    sys.argv = [path]
    _fresh_state(seed=shared or any(word in source for word in _MEETS_RANDOM))
    status = 0
    answer = b""
    try:
        exec(code, namespace)
        if is_call:
            function, given = wire.load_plain(arguments)
            answer = call.result(call.find(namespace, function), given)
    except SystemExit as error:
        status = _exit_status(error)
    except BaseException as error:
        status = _uncaught(error)
    status = _end(module, status, late=any(word in source for word in _ENDS_LATE))
    if is_call and answer and not status:
        _write_all(returned, answer)
    os._exit(status)


def _fresh_state(*, seed: bool) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._main_thread._native_id = threading.get_native_id()
    # Reading the system's entropy costs; only a program that can meet the shared generator needs a new one.
    if seed:
        random = sys.modules.get("random")
        if random is not None:
            random.seed()
        numpy_random = sys.modules.get("numpy.random")
        if numpy_random is not None:
            numpy_random.seed()
    sys.setrecursionlimit(1000 + FRAMES_OF_OURS)
    gc.enable()


def _exit_status(error: SystemExit) -> int:
    """The exit status of SystemExit, as the interpreter has it; a message goes to stderr."""
    code = error.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(1 << 63) <= code < 1 << 63 else 0xFF
    try:
        sys.stdout.flush()
        print(code, file=sys.stderr)
    except BaseException:
        return 1
    return 1


def _uncaught(error: BaseException) -> int:
    """Prints the traceback without our frames through sys.excepthook; the exit status is 1."""
    kind = type(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith(__package__):
        trace = trace.tb_next
    error.__traceback__ = trace
    try:
        try:
            sys.stdout.flush()
        except BaseException:  # a program may have closed or replaced it; the interpreter goes on, too
            pass
        sys.excepthook(kind, error, trace)
    except SystemExit as leaving:
        return _exit_status(leaving)
    except BaseException:
        traceback.print_exception(kind, error, trace, file=sys.__stderr__)
    if kind is KeyboardInterrupt:
        _flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return 1


def _end(module: types.ModuleType, status: int, *, late: bool) -> int:
    """What the interpreter does at its end: join threads, atexit, flush; 120 when the flush fails."""
    threading = sys.modules.get("threading")
    if threading is not None:
        try:
            threading._shutdown()
        except BaseException as error:
            sys.unraisablehook(_Unraisable(error, threading))  # type: ignore[arg-type]  # shaped as the hook wants it
    atexit._run_exitfuncs()
    failed = _flush()
    if late:
        _clear(module)
        failed = _flush() or failed
    return 120 if failed and not status else status


class _Unraisable:
    def __init__(self, error: BaseException, source: Any) -> None:
        self.exc_type = type(error)
        self.exc_value = error
        self.exc_traceback = error.__traceback__
        self.err_msg = "Exception ignored in"
        self.object = source


def _flush() -> bool:
    """Whether flushing stdout failed."""
    failed = False
    for stream in (sys.stdout, sys.__stdout__, sys.stderr):
        if stream is None or getattr(stream, "closed", False) is True:
            continue
        try:
            stream.flush()
        except BaseException as error:
            if stream is not sys.stderr and not failed:
                failed = True
                sys.unraisablehook(_Unraisable(error, stream))  # type: ignore[arg-type]  # shaped as the hook wants it
    return failed


def _clear(module: types.ModuleType) -> None:
    """Empties the module as the interpreter's end does: names with one underscore first, then the rest."""
    namespace = module.__dict__
    for private in (True, False):
        for name in list(namespace):
            if name != "__builtins__" and (name[:1] == "_" and name[:2] != "__") is private:
                namespace[name] = None
    gc.collect()


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
