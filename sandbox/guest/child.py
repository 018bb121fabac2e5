"""A forked child becomes one run of a program, and ends as the interpreter would.

Theory of operation. The supervisor forks; `become` runs in the child and never returns. In this order: a session of its
own, the program's files written fresh into the working directory, limits, descriptors 0, 1 and 2, everything else
closed; then either `execve`, or the source is compiled (once, the code is kept for later children) and run in a fresh
`__main__`, as `python3 FILE` would. What the supervisor holds open is gone before the first line of the program runs;
the one pipe for notes to the supervisor is used and closed before that, too.

It touches as few pages as it can: each one costs more than a system call.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # those of `signal` make enums, which costs pages
import _thread
import atexit
import builtins
import fcntl
import gc
import importlib.machinery
import marshal
import os
import resource
import sys
import traceback
import types
from typing import TYPE_CHECKING, Any, NoReturn, Sequence

from . import call, wire
from .program import F_ADD_SEALS, SEALED
from .scratch import MAIN, WORKDIR
from .talk import fresh_stdin

if TYPE_CHECKING:
    from .program import Program
    from .window import Item, Runner

BUILD_FAILED = b"B"
BROKEN = b"E"
_MAIN_PATH = f"{WORKDIR}/{MAIN}"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
# By these names a child ends, whatever a program has put in their place in `os` (guards in answers set many to None).
_leave, _write, _kill, _getpid = os._exit, os.write, os.kill, os.getpid
_trace, _profile = sys.settrace, sys.setprofile


def _module(name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    namespace = module.__dict__
    namespace["__builtins__"] = builtins
    namespace["__file__"] = _MAIN_PATH
    namespace["__cached__"] = None
    if sys.version_info < (3, 14):  # the interpreter makes it for `__main__`, whether there are annotations or not
        namespace["__annotations__"] = {}
    namespace["__loader__"] = importlib.machinery.SourceFileLoader(name, _MAIN_PATH)
    return module


_RAISE = {
    resource.RLIMIT_CPU: "ulimit -t",
    resource.RLIMIT_FSIZE: "ulimit -f",
    resource.RLIMIT_NOFILE: "ulimit -n",
    resource.RLIMIT_NPROC: "ulimit -u",
}

# Made once, in the template. A called program is not `__main__`, so that its main guard does not run.
_RUN_MODULE = _module("__main__")
_CALL_MODULE = _module("solution")
_CALL_MODULE.__dict__.update(call.usual_names())
_BARE_MODULE = _module("solution")  # for a call without the usual names
_ARGV = [_MAIN_PATH]


def depth_here() -> int:
    """How many frames the caller stands on."""
    frame, depth = sys._getframe(1), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]  # the last one has no f_back
    return depth


def become(program: Program, item: Item, code_bytes: int, runner: Runner) -> NoReturn:  # noqa: PLR0912 - the order of events, in one place
    """Runs in the child; ends the process."""
    try:
        os.setsid()
        if runner.user is not None:
            _become_user(runner.user, (item.stdin if item.talk is None else -1, program.exe))
        if program.looks_at_itself:
            runner.libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: /proc/self is the program's own again
        if program.has_main:
            main = os.open(_MAIN_PATH, _NEW_FILE, 0o644)
            _copy(main, program.blob, program.main_at, program.main_bytes)
        if program.more_files:
            _write_files(
                program.blob, program.blob_bytes, program.main_at + program.main_bytes if program.has_main else 0
            )
        if item.blob >= 0:
            _write_files(item.blob, item.entry["blob_bytes"], 0)
        is_call = item.entry["call"]
        arguments = os.pread(item.stdin, item.entry["stdin_bytes"], 0) if is_call else b""
        for kind, pair in program.rlimits:
            try:
                resource.setrlimit(kind, pair)
            except ValueError:
                raise ValueError(f"the host's own hard limit is below {pair[1]}: raise {_RAISE[kind]}") from None
        if not program.python:
            _exec(program, item, runner)
        if code_bytes:
            code = marshal.loads(os.pread(program.code, code_bytes, 0))  # noqa: S302 - written and sealed by _compile
        else:
            code = _compile(program, item, runner)
        os.dup2(os.open("/dev/null", os.O_RDONLY) if is_call else item.stdin, 0)
        os.dup2(item.out[1], 1)
        os.dup2(item.err[1], 2)
        if item.talk is not None:
            fresh_stdin()
        if is_call:
            os.dup2(item.ret[1], 3)
        if runner.confinement is not None:
            runner.confinement.put_on()
        os.closerange(4 if is_call else 3, 4096)
    except BaseException:  # all of this is ours; a fault, even a KeyboardInterrupt, must be told as ours, not a verdict
        _broken(item, runner)
    try:
        called = _BARE_MODULE if item.entry["bare"] else _CALL_MODULE
        _run(code, program, arguments, called if is_call else None, runner.libc)
    finally:
        _leave(70)  # only a program that broke our last lines comes here; a child never runs the supervisor's loop


def _become_user(user: int, owned: Sequence[int]) -> None:
    """Another user than the supervisor's, who may open anew what is the run's (as /dev/stdin). owned: memfds, or -1."""
    for fd in owned:
        if fd >= 0:
            os.fchown(fd, user, user)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)  # takes the capabilities away


def _write_files(blob: int, blob_bytes: int, at: int) -> None:
    """Writes the blob's files from `at` on into the working directory, new each."""
    while at < blob_bytes:
        name_bytes, size = wire.FILE.unpack(os.pread(blob, wire.FILE.size, at))
        at += wire.FILE.size
        name = os.pread(blob, name_bytes, at).decode("utf-8", "surrogateescape")
        at += name_bytes
        path = f"{WORKDIR}/{name}"
        if "/" in name:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        _copy(os.open(path, _NEW_FILE, 0o644), blob, at, size)
        at += size


def _copy(to: int, blob: int, at: int, size: int) -> None:
    """Copies a piece of the blob to the open file and closes it."""
    end = at + size
    while at < end:
        at += os.sendfile(to, blob, at, end - at)
    os.close(to)


def _exec(program: Program, item: Item, runner: Runner) -> NoReturn:
    soft = program.limits["stack_bytes"]
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (soft if hard < 0 else min(soft, hard), hard))
    for number in (_signal.SIGPIPE, _signal.SIGXFSZ):
        _signal.signal(number, _signal.SIG_DFL)
    os.dup2(item.stdin, 0)
    os.dup2(item.out[1], 1)
    os.dup2(item.err[1], 2)
    path = program.argv[0]
    if program.exe >= 0:
        os.fchmod(program.exe, 0o500)  # an earlier run may have left a message in the mode of its binary
        path = f"/proc/self/fd/{program.exe}"
    if runner.confinement is not None:
        runner.confinement.put_on()
    os.execve(path, program.argv, program.env)  # noqa: S606 - what this child is for


def _compile(program: Program, item: Item, runner: Runner) -> types.CodeType:
    """The program's code. Sealed into a memfd for the runs to come, before any of the program has run."""
    source = os.pread(program.blob, program.main_bytes, program.main_at)
    try:
        code = compile(source, program.argv[0], "exec", dont_inherit=True)
    except BaseException as error:  # SyntaxError, ValueError (null bytes), MemoryError, RecursionError
        os.write(runner.notes[1], BUILD_FAILED)
        os.dup2(item.err[1], 2)
        error.__traceback__ = None
        traceback.print_exception(type(error), error, None)
        sys.stderr.flush()
        os._exit(1)
    if program.keeps_code:
        text = marshal.dumps(code)
        if os.write(program.code, text) == len(text):
            fcntl.fcntl(program.code, F_ADD_SEALS, SEALED)
    return code


def _broken(item: Item, runner: Runner) -> NoReturn:
    """Something of ours failed before the program began: told to the supervisor, so that it is nobody's verdict."""
    try:
        os.write(runner.notes[1], BROKEN)
        os.write(item.err[1], traceback.format_exc().encode("utf-8", "backslashreplace"))
    finally:
        os._exit(70)


def _run(
    code: types.CodeType, program: Program, arguments: bytes, called: types.ModuleType | None, libc: Any
) -> NoReturn:
    """Runs the code in `called`, whose function is then called, or as `__main__` where that is None."""
    is_call = called is not None
    module = called or _RUN_MODULE
    namespace = module.__dict__
    sys.modules[namespace["__name__"]] = module
    sys.argv = _ARGV
    if not program.has_main:
        sys.argv = [code.co_filename]
        namespace["__file__"] = code.co_filename
    if len(program.argv) > 1:
        sys.argv = [code.co_filename, *program.argv[1:]]
    if program.meets_signals:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    if program.seed:
        _seed()
    gc.enable()
    status = 0
    answer = b""
    if program.late:  # not frozen, so that it can be collected at the end as any other module
        module = _module(module.__name__)
        module.__dict__.update(namespace)
        namespace = module.__dict__
        sys.modules[module.__name__] = module
    try:
        try:
            if called is _CALL_MODULE:
                sys.setrecursionlimit(call.RECURSION_LIMIT)
            exec(code, namespace)
            if is_call:
                function, given = wire.load_plain(arguments)
                answer = call.result(call.find(namespace, function), given)
        finally:  # what a program traces itself with is not for our lines
            _trace(None)
            _profile(None)
    except SystemExit as error:
        status = _exit_status(error)
    except BaseException as error:
        status = _uncaught(error)
    del module, namespace
    status = _end(status, late=program.late)
    if program.looks_at_itself:
        libc.fflush(None)  # what was printed through ctypes, by C's own streams
    if is_call and answer and not status:
        _write_all(3, answer)
    _leave(status)


def _seed() -> None:
    """Reads the system's entropy as a fresh start does; it costs, so only for a program that may use what it gives."""
    for name in ("random", "numpy.random"):
        module = sys.modules.get(name)
        if module is not None:
            module.seed()


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
    except BaseException:  # of a message's own __str__, or a closed stderr: the interpreter says nothing of it either
        return 1
    return 1


def _uncaught(error: BaseException) -> int:
    """Prints the traceback without our frames through sys.excepthook; the exit status is 1."""
    kind = type(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith("_guest."):
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
    except BaseException:  # of a hook of the program's own: what it was called for is still said, as by the interpreter
        traceback.print_exception(kind, error, trace, file=sys.__stderr__)
    return _INTERRUPTED if kind is KeyboardInterrupt else 1


_INTERRUPTED = 256


def _end(status: int, *, late: bool) -> int:
    """What the interpreter does at its end: join threads, atexit, flush; 120 when the flush fails."""
    if _thread._count() or "concurrent.futures.thread" in sys.modules:  # else there is nobody to wait for
        import threading

        try:
            threading._shutdown()  # type: ignore[attr-defined]  # what the interpreter calls at its end
        except BaseException as error:
            _unraisable(error, threading)
    atexit._run_exitfuncs()
    failed = _flush()
    if late:
        # Twice, as the interpreter does: the first one puts holders before what they hold, so that the second one
        # flushes a buffer before it closes the file below.
        gc.collect()
        sys.modules.pop("__main__", None)
        sys.modules.pop("solution", None)
        gc.collect()
        failed = _flush() or failed
    if status == _INTERRUPTED:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
        _kill(_getpid(), _signal.SIGINT)
    return 120 if failed else status


def _hook_arguments() -> type:
    """The type that sys.unraisablehook insists on; it has no name in any module."""
    caught: list[Any] = []

    class Raises:
        def __del__(self) -> None:
            raise ValueError

    sys.unraisablehook = caught.append
    Raises()
    sys.unraisablehook = sys.__unraisablehook__
    return type(caught[0])


_HOOK_ARGUMENTS = _hook_arguments()


def _unraisable(error: BaseException, source: Any) -> None:
    try:
        sys.unraisablehook(_HOOK_ARGUMENTS((type(error), error, error.__traceback__, None, source)))
    except BaseException:  # a program may have replaced the hook; the interpreter goes on, too
        pass


def _flush() -> bool:
    """Whether flushing stdout or stderr failed. The first stdout is flushed silently: the interpreter drops it."""
    failed = False
    for name in ("stdout", "stderr", "__stdout__"):
        stream = getattr(sys, name, None)  # a program may have deleted it
        if stream is None or _is_closed(stream):
            continue
        try:
            stream.flush()
        except BaseException as error:
            failed = failed or name != "__stdout__"
            if name == "stdout":
                _unraisable(error, stream)
    return failed


def _is_closed(stream: Any) -> bool:
    try:
        return bool(stream.closed)
    except BaseException:  # such a stream is flushed: the interpreter asks in the same way
        return False


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[_write(fd, view) :]
