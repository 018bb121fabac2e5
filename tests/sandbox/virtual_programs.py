"""Programs for tests of the languages of `virtual.py`: one of each kind for each language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NAMES = ("java", "javascript", "typescript", "pypy3", "bash")


def _java(body: str, more: str = "") -> str:
    return (
        "import java.util.*;\nimport java.io.*;\n"
        f"public class Task {{ {more} public static void main(String[] words) throws Exception {{ {body} }} }}\n"
    )


_JS_HOG = "const held = []; while (true) held.push(new Array(1000).fill(held.length));"
_JS_DEEP = "const f = (n) => n ? f(n - 1) + 1 : 0;\nconsole.log(f(200000));"
_JS_ENDLESS = "const f = (n) => f(n + 1) + 1;\nconsole.log(f(0));"
_JS_LARGE = "console.log('x'.repeat(10000000));\nprocess.exit(0);"
_JS_ECHO = "process.stdout.write(require('fs').readFileSync(0));"

Programs = Mapping[str, str]
COMPILE_ERROR: Mapping[str, tuple[str, str]] = MappingProxyType(
    {  # the program, and what its compiler says of it
        "java": (_java("int number = missing;"), "cannot find symbol"),
        "javascript": ("let x = ;", "SyntaxError"),
        "typescript": ("const x: = 5;\n", "Type expected"),
        "pypy3": ("print((\n", "SyntaxError"),
    }
)
ECHO: Programs = MappingProxyType(
    {
        "java": _java("System.in.transferTo(System.out); System.out.flush();"),
        "javascript": _JS_ECHO,
        "typescript": f"declare const require: any; declare const process: any;\n{_JS_ECHO}",
        "pypy3": "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())",
        "bash": "cat",
    }
)
EXIT_SEVEN: Programs = MappingProxyType(
    {
        "java": _java("System.exit(7);"),
        "javascript": "process.exit(7);",
        "typescript": "process.exitCode = 7 as number;",
        "pypy3": "raise SystemExit(7)",
        "bash": "exit 7",
    }
)
RAISES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {  # the program, and what stderr says
        "java": (_java("System.out.println(new int[0][words.length][1] + words[3]);"), "ArrayIndexOutOfBounds"),
        "javascript": ("null.x;", "TypeError"),
        "typescript": ("(null as any).x;", "TypeError"),
        "pypy3": ("[][0]", "IndexError"),
        "bash": ("set -u\necho $missing", "unbound variable"),
    }
)
LOOP: Programs = MappingProxyType(
    {
        "java": _java("for (long i = 0; ; i++) if (i < 0) break;"),
        "javascript": "while (true);",
        "typescript": "while (true as boolean);",
        "pypy3": "while True: pass",
        "bash": "while :; do :; done",
    }
)
HOG: Programs = MappingProxyType(
    {
        "java": _java("List<int[]> held = new ArrayList<>(); while (true) held.add(new int[1 << 16]);"),
        "javascript": _JS_HOG,
        "typescript": _JS_HOG.replace("held =", "held: any[] ="),
        "pypy3": "held = []\nwhile True: held.append([0] * 1000)",
        "bash": 'x=xxxxxxxxxxxxxxxx\nwhile :; do x="$x$x"; done',
    }
)
DEEP: Mapping[str, tuple[str, str]] = MappingProxyType(
    {  # the program, and what it prints
        "java": (
            _java("System.out.println(f(400000));", "static long f(int n) { return n == 0 ? 0 : f(n - 1) + 1; }"),
            "400000",
        ),
        "javascript": (_JS_DEEP, "200000"),
        "typescript": (_JS_DEEP.replace("(n)", "(n: number): number"), "200000"),
        "pypy3": (
            "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return n and f(n - 1) + 1\nprint(f(100000))",
            "100000",
        ),
        "bash": ("f() { (( $1 == 0 )) && echo 0 || f $(($1 - 1)); }\nf 1000", "0"),
    }
)
ENDLESS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "java": (
            _java("System.out.println(f(0));", "static int f(int n) { return f(n + 1) + 1; }"),
            "StackOverflowError",
        ),
        "javascript": (_JS_ENDLESS, "RangeError"),
        "typescript": (_JS_ENDLESS.replace("(n)", "(n: number): number"), "RangeError"),
        "pypy3": ("def f(n): return f(n + 1) + 1\nf(0)", "RecursionError"),
    }
)
TEN_MEGABYTES: Programs = MappingProxyType(
    {
        "java": _java('System.out.println("x".repeat(10000000)); System.exit(0);'),
        "javascript": _JS_LARGE,
        "typescript": _JS_LARGE,
        "pypy3": "print('x' * 10000000)",
        "bash": "printf 'x%.0s' {1..100000} > x; for i in {1..100}; do cat x; done; echo",
    }
)
THIRTY_THREADS: Programs = MappingProxyType(
    {
        "java": _java(
            "Thread[] all = new Thread[30]; int[] count = {0};"
            "for (int i = 0; i < 30; i++) { all[i] = new Thread(() -> { synchronized (count) { count[0]++; }"
            " try { Thread.sleep(100); } catch (InterruptedException e) { } }); all[i].start(); }"
            "for (Thread one : all) one.join(); System.out.println(count[0]);"
        ),
        "javascript": (
            "const { Worker } = require('worker_threads');\nlet left = 4;\nfor (let i = 0; i < 4; i++)"
            " new Worker('require(\"worker_threads\").parentPort.postMessage(1)', { eval: true })"
            ".on('message', () => { if (!--left) console.log(30); });"
        ),
        "pypy3": (
            "import threading, time\nall = [threading.Thread(target=time.sleep, args=(0.1,)) for _ in range(30)]\n"
            "[one.start() for one in all]\n[one.join() for one in all]\nprint(len(all))"
        ),
        "bash": "for i in {1..30}; do sleep 0.1 & done\nwait\necho 30",
    }
)
