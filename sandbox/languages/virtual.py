"""The languages that run on a machine of their own: an interpreter or a virtual machine of the host.

Flags were chosen by measurement; docs/architecture.md has the numbers.
"""

from __future__ import annotations

import re

from sandbox.languages import jvm, transpiler
from sandbox.languages.base import Language, Prepared, Tool

# ---------------------------------------------------------------------------------------------------- Java

_JAVA = Tool("/usr/bin/java", "apt-get install openjdk-17-jdk-headless", ("-version",))
_JAVAC = Tool("/usr/bin/javac", "apt-get install openjdk-17-jdk-headless", ("-version",))
# The least that a JVM does for a short run: no second tier, no collector threads, no shared performance file.
_JVM_BRIEF = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xss64m", "-Xlog:disable")
_ARCHIVE = "compiler.jsa"
_JAVA_PREPARE = f"""\
set -e
javac -proc:none -d classes Build.java
jar --create --file build.jar -C classes .
java {" ".join(_JVM_BRIEF)} -XX:ArchiveClassesAtExit=/tmp/{_ARCHIVE} -m jdk.compiler/com.sun.tools.javac.Main \\
    -proc:none -d training Training.java
"""
_JAVA_SUM = """\
import java.util.*;
public class Sum {
    public static void main(String[] words) {
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextInt() + in.nextInt());
    }
}
"""
_JAVA_LANGUAGE = Language(
    name="java",
    aliases=("java8", "java11", "java17", "java 8", "java 11", "java 17", "openjdk"),
    file_name="Main.java",
    endings=(".java",),
    build=(
        _JAVA.path, f"-XX:SharedArchiveFile={{prepared}}/{_ARCHIVE}", *_JVM_BRIEF, "-Xmx1024m",
        "-cp", "{prepared}/build.jar", "Build", "{output}", "{sources}",
    ),
    artifact="main.jar",
    prepared=Prepared(
        name=_ARCHIVE,
        files={"Build.java": jvm.BUILDER, "Training.java": jvm.TRAINING},
        command=("/bin/sh", "-c", _JAVA_PREPARE),
        leaves=_ARCHIVE,
        more=("build.jar",),
    ),
    # Not what the machine has: how many CPUs it sees and how its heap begins would change times from host to host.
    # ONLINE_JUDGE: as Codeforces has it; without it many a right program reads from a file.
    run=(
        _JAVA.path, "-XX:+UseSerialGC", "-Xmx{heap_mb}m", "-Xms16m", "-Xss64m", "-XX:-UsePerfData",
        "-XX:ActiveProcessorCount=2", "-DONLINE_JUDGE=true", "-jar", "{artifact}",
    ),
    mounts=("/etc/java-17-openjdk", "/etc/java-21-openjdk", "/etc/java-11-openjdk", "/etc/ssl/certs/java"),
    memory_mb=256,
    threads=48,
    out_of_memory=re.compile(rb"java\.lang\.OutOfMemoryError: (?:Java heap space|GC overhead limit exceeded)"),
    time_factor=2.0,
    time_offset_s=0.3,
    toolchain=(_JAVA, _JAVAC),
    self_test=(_JAVA_SUM, "40 2\n", "42\n"),
)  # fmt: skip

# ------------------------------------------------------------------------------------ JavaScript, TypeScript

_NODE = Tool("/usr/bin/node", "apt-get install nodejs")
_TSC = Tool("/usr/bin/tsc", "npm install --global --prefix /usr typescript@5 (or apt-get install node-typescript)")
_HEAP_FULL = re.compile(rb"FATAL ERROR: [^\n]*JavaScript heap out of memory")
_NODE_MOUNTS = ("/usr/share/nodejs",)  # where Debian keeps parts of node itself, and its typescript
# Into a pipe node writes as much as fits and keeps the rest for later, which process.exit() throws away. Judges give
# programs a file or read with blocking pipes, where nothing is lost.
_BLOCKING = """\
'use strict';
for (const stream of [process.stdout, process.stderr]) {
  if (stream._handle && stream._handle.setBlocking) stream._handle.setBlocking(true);
}
"""
_NODE_RUN = (_NODE.path, "--stack-size=65000", "--max-old-space-size={heap_mb}", "-r", "{prepared}/blocking.js")
_JAVASCRIPT = Language(
    name="javascript",
    aliases=("js", "node", "nodejs", "node.js"),
    file_name="main.js",
    endings=(".js", ".cjs"),
    build=(_NODE.path, "--check", "{source}"),
    artifact="main.js",
    prepared=Prepared(
        name="blocking.js",
        files={"text.js": _BLOCKING},
        command=("/bin/cp", "text.js", "blocking.js"),
        leaves="blocking.js",
        build=False,
        run=True,
    ),
    run=(*_NODE_RUN, "{artifact}"),
    mounts=_NODE_MOUNTS,
    memory_mb=192,
    threads=24,
    out_of_memory=_HEAP_FULL,
    time_factor=2.0,
    time_offset_s=0.1,
    toolchain=(_NODE,),
    self_test=(
        "const [a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number);\nconsole.log(a + b);\n",
        "40 2\n",
        "42\n",
    ),
)

_TYPESCRIPT_SUM = """\
import * as fs from 'fs';
const [a, b]: number[] = fs.readFileSync(0, 'utf8').split(' ').map(Number);
console.log((a as number) + b!);
"""
_TYPESCRIPT = Language(
    name="typescript",
    aliases=("ts",),
    file_name="main.ts",
    endings=(".ts",),
    # The snapshot is node's own memory image and made for one kind of CPU; where it is refused, the long way.
    build=(
        "/bin/sh", "-c",
        f'{_NODE.path} --snapshot-blob "$0/{transpiler.SNAPSHOT}" "$1" "$2" 2>said && exit 0\n'
        "status=$?\n"
        'if [ $status -ne 1 ]; then ' + _NODE.path + f' "$0/{transpiler.SCRIPT}" "$1" "$2"; exit $?; fi\n'
        "cat said >&2; exit 1",
        "{prepared}", "{source}", "{output}",
    ),
    artifact="main.js",
    prepared=Prepared(
        name=transpiler.SNAPSHOT,
        files={"transpile.js": transpiler.TRANSPILE, "blocking.js": _BLOCKING},
        command=("/bin/sh", "-c", transpiler.PREPARE),
        leaves=transpiler.SNAPSHOT,
        more=(transpiler.SCRIPT, "blocking.js"),
        run=True,
    ),
    run=(*_NODE_RUN, "{artifact}"),
    mounts=_NODE_MOUNTS,
    memory_mb=192,
    threads=24,
    out_of_memory=_HEAP_FULL,
    time_factor=2.0,
    time_offset_s=0.1,
    toolchain=(_NODE, _TSC),
    self_test=(_TYPESCRIPT_SUM, "40 2\n", "42\n"),
)  # fmt: skip

# ---------------------------------------------------------------------------------------------- PyPy 3, bash

_PYPY = Tool("/usr/bin/pypy3", "apt-get install pypy3")
_PYPY_CHECK = (
    "import sys\n"
    "try:\n"
    "    compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')\n"
    "except (SyntaxError, ValueError, RecursionError, MemoryError) as error:\n"
    "    import traceback\n"
    "    traceback.print_exception(type(error), error, None)\n"
    "    sys.exit(1)\n"
)
_PYPY3 = Language(
    name="pypy3",
    aliases=("pypy", "pypy-3", "pypy 3", "py-py", "pypy 3-64", "pypy3-64"),
    file_name="solution.py",
    build=(_PYPY.path, "-c", _PYPY_CHECK, "{source}"),
    artifact="solution.py",
    run=(_PYPY.path, "{artifact}"),
    environment={"PYTHONINTMAXSTRDIGITS": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1"},
    memory_mb=128,
    time_factor=2.0,
    time_offset_s=0.1,
    toolchain=(_PYPY,),
    self_test=("import sys\nprint(sum(map(int, sys.stdin.read().split())))\n", "40 2\n", "42\n"),
)
_SHELL = Tool("/bin/bash", "apt-get install bash")
_BASH = Language(
    name="bash",
    aliases=("sh", "shell"),
    file_name="main.sh",
    endings=(".sh", ".bash"),
    run=(_SHELL.path, "{source}"),
    toolchain=(_SHELL,),
    self_test=("read -r a b\necho $((a + b))\n", "40 2\n", "42\n"),
)

VIRTUAL: tuple[Language, ...] = (_JAVA_LANGUAGE, _JAVASCRIPT, _TYPESCRIPT, _PYPY3, _BASH)
