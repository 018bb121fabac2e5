"""Badly behaved programs in Java and JavaScript: what they reach through their machines' own libraries."""

from __future__ import annotations

import pytest

from sandbox import Limits, Sandbox, Status
from sandbox.languages import LANGUAGES

LIMITS = Limits(cpu_time_s=3, wall_time_s=8, memory_mb=512, processes=32)


def java(body: str) -> str:
    return (
        "import java.io.*;\nimport java.net.*;\nimport java.nio.file.*;\nimport java.util.*;\npublic class Abuse {\n"
        "    static void tried(String what, java.util.concurrent.Callable<?> act) {\n"
        '        try { act.call(); System.out.println(what + " true"); }\n'
        '        catch (Throwable error) { System.out.println(what + " false"); }\n    }\n'
        f"    public static void main(String[] words) throws Exception {{\n{body}\n    }}\n}}\n"
    )


JS_TRIED = (
    "const fs = require('fs');\nconst tried = (what, act) => {"
    " try { act(); console.log(what + ' true'); } catch (error) { console.log(what + ' false'); } };\n"
)
# Each prints "... false" where it is held back.
REACHES = {
    "java": java(
        'tried("supervisor", () -> new RandomAccessFile("/proc/1/mem", "r"));'
        'tried("supervisor-environment", () -> Files.readAllBytes(Path.of("/proc/1/environ")));'
        'tried("network", () -> new Socket("127.0.0.1", @PORT@));'
        'tried("listening", () -> new ServerSocket(0));'
        'tried("host-file", () -> Files.readString(Path.of("@CANARY_FILE@")));'
        'tried("system-file", () -> Files.writeString(Path.of("/usr/lib/left"), "x"));'
        'tried("prepared", () -> Files.writeString(Path.of("/opt/prepared/left"), "x"));'
        'tried("root", () -> { Process p = new ProcessBuilder("/bin/su", "-c", "id").start();'
        " if (p.waitFor() != 0) throw new IOException(); return 0; });"
    ),
    "javascript": JS_TRIED + "tried('supervisor', () => fs.openSync('/proc/1/mem', 'r'));"
    "tried('supervisor-environment', () => fs.readFileSync('/proc/1/environ'));"
    "tried('host-file', () => fs.readFileSync('@CANARY_FILE@'));"
    "tried('system-file', () => fs.writeFileSync('/usr/lib/left', 'x'));"
    "tried('prepared', () => fs.writeFileSync('/opt/prepared/blocking.js', 'process.exit(9)'));"
    "tried('prepared-removed', () => fs.unlinkSync('/opt/prepared/blocking.js'));"
    "tried('root', () => require('child_process').execSync('su -c id', { stdio: 'ignore' }));"
    "const socket = require('net').connect(@PORT@, '127.0.0.1');"
    "socket.on('connect', () => { console.log('network true'); process.exit(); });"
    "socket.on('error', () => console.log('network false'));",
}
BOMBS = {
    "java": java(
        "List<Process> all = new ArrayList<>(); while (true) {"
        ' try { all.add(new ProcessBuilder("/bin/sh", "-c", "sh -c \'sleep 200 & sleep 200\' & sleep 200").start()); }'
        " catch (IOException error) { } }"
    ),
    "java-threads": java(
        "Runnable sleeps = () -> { try { Thread.sleep(200000); } catch (InterruptedException e) { } };"
        " while (true) try { new Thread(sleeps).start(); }"
        " catch (OutOfMemoryError error) { }"
    ),
    "javascript": (
        "const { spawn } = require('child_process');\nfor (;;) { try {"
        " spawn(process.execPath, [__filename], { stdio: 'ignore', detached: true }).on('error', () => 0);"
        " } catch (error) { } }"
    ),
}
LEAVES = {
    "java": java(
        'for (String name : new String[] {"/tmp/left", "/dev/shm/left", "/var/tmp/left", "/tmp/Main.class"})'
        ' Files.writeString(Path.of(name), "left");'
        'new ProcessBuilder("/bin/sh", "-c", "setsid sleep 20 &").start().waitFor();'
        'Runtime.getRuntime().addShutdownHook(new Thread(() -> new File("/tmp/late").mkdir()));'
    ),
    "javascript": (
        "const fs = require('fs');\n"
        "for (const name of ['/tmp/left', '/dev/shm/left', '/tmp/main.js', '/tmp/node_modules'])"
        " fs.writeFileSync(name, 'left');\n"
        "require('child_process').spawn('sleep', ['20'], { detached: true, stdio: 'ignore' }).unref();"
    ),
}
LOOKS = "ls -A /tmp /dev/shm/ /var/tmp/; ls /proc | grep -c '^[0-9]'"


@pytest.mark.parametrize("name", REACHES)
def test_reaches_nothing(sandbox: Sandbox, host: dict[str, str], name: str) -> None:
    source = REACHES[name]
    for place, value in host.items():
        source = source.replace(f"@{place}@", value)
    done = sandbox.run(source, language=name, limits=LIMITS)
    assert done.stdout.count(" ") >= 8, (done.status, done.stderr)
    assert " true" not in done.stdout, done.stdout


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_within_their_limits(sandbox: Sandbox, name: str) -> None:
    language = name.partition("-")[0]
    done = sandbox.run(BOMBS[name], language=language, limits=LIMITS)
    assert not done.ok
    assert done.wall_time_s < 100
    source, stdin, expected = LANGUAGES[language].self_test
    assert sandbox.run(source, language=language, stdin=stdin).stdout == expected


@pytest.mark.parametrize("name", LEAVES)
def test_leaves_nothing_for_the_next(sandbox: Sandbox, name: str) -> None:
    done = sandbox.run(LEAVES[name], language=name, limits=LIMITS)
    assert done.status is Status.EXITED
    assert done.ok, done.stderr
    seen = sandbox.run(LOOKS, language="bash").stdout
    assert "left" not in seen
    assert "late" not in seen
    clean = sandbox.run("true", language="bash")
    assert clean.ok
    assert int(seen.split()[-1]) <= 6, seen  # the supervisor, bash, ls, grep and its subshell
    source, stdin, expected = LANGUAGES[name].self_test
    assert sandbox.run(source, language=name, stdin=stdin).stdout == expected


def test_a_build_sees_neither_network_nor_host(sandbox: Sandbox, host: dict[str, str]) -> None:
    """A compiler is fed by a candidate: what it can read goes into the artefact."""
    done = sandbox.run(f'#include "{host["CANARY_FILE"]}"\nint main() {{ }}\n', language="cpp")
    assert done.status is Status.BUILD_FAILED
    assert "No such file" in done.stderr
