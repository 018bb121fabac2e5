"""Java, JavaScript, TypeScript, PyPy 3 and bash, as their toolchains run in a jail."""

from __future__ import annotations

import pytest
import virtual_programs as programs

from sandbox import Limits, Program, Sandbox, Status
from sandbox.errors import LanguageError
from sandbox.languages import LANGUAGES


def _limits(name: str, memory_mb: int = 256, cpu_time_s: float = 4.0) -> Limits:
    known = LANGUAGES[name]
    return Limits(cpu_time_s=cpu_time_s + known.time_offset_s, memory_mb=memory_mb + known.memory_mb)


@pytest.mark.parametrize("name", programs.NAMES)
class TestEveryLanguage:
    """One program of each kind."""

    def test_self_test(self, sandbox: Sandbox, name: str) -> None:
        source, stdin, expected = LANGUAGES[name].self_test
        done = sandbox.run(source, language=name, stdin=stdin)
        assert (done.status, done.exit_code, done.stdout) == (Status.EXITED, 0, expected), done.stderr

    def test_input_and_output_pass_unchanged(self, sandbox: Sandbox, name: str) -> None:
        data = bytes(range(256)) * 4000
        assert sandbox.run(programs.ECHO[name], language=name, stdin=data).stdout_bytes == data

    def test_exit_code(self, sandbox: Sandbox, name: str) -> None:
        done = sandbox.run(programs.EXIT_SEVEN[name], language=name)
        assert (done.status, done.exit_code) == (Status.EXITED, 7)

    def test_runtime_error(self, sandbox: Sandbox, name: str) -> None:
        source, said = programs.RAISES[name]
        done = sandbox.run(source, language=name)
        assert done.status is Status.EXITED
        assert done.exit_code
        assert said in done.stderr

    def test_endless_loop(self, sandbox: Sandbox, name: str) -> None:
        done = sandbox.run(programs.LOOP[name], language=name, limits=Limits(cpu_time_s=0.5))
        assert done.status is Status.TIME_LIMIT

    def test_memory_hog(self, sandbox: Sandbox, name: str) -> None:
        done = sandbox.run(programs.HOG[name], language=name, limits=_limits(name, 128, 20))
        assert done.status is Status.MEMORY_LIMIT, (done.status, done.stderr)

    def test_deep_recursion(self, sandbox: Sandbox, name: str) -> None:
        source, expected = programs.DEEP[name]
        done = sandbox.run(source, language=name, limits=_limits(name))
        assert (done.ok, done.stdout) == (True, expected + "\n"), (done.status, done.stderr)

    def test_ten_megabytes(self, sandbox: Sandbox, name: str) -> None:
        done = sandbox.run(programs.TEN_MEGABYTES[name], language=name)
        assert done.ok
        assert done.stdout_bytes == b"x" * 10_000_000 + b"\n"

    def test_output_limit(self, sandbox: Sandbox, name: str) -> None:
        done = sandbox.run(programs.TEN_MEGABYTES[name], language=name, limits=Limits(output_bytes=1_000_000))
        assert (done.status, len(done.stdout_bytes)) == (Status.OUTPUT_LIMIT, 1_000_000)

    def test_nothing_stays_for_the_next_run(self, sandbox: Sandbox, name: str) -> None:
        left = sandbox.run("echo secret > /tmp/left; echo secret > /dev/shm/left; echo done", language="bash")
        assert left.stdout == "done\n"
        assert "left" not in sandbox.run("ls -a /tmp /dev/shm/", language="bash").stdout
        source, stdin, expected = LANGUAGES[name].self_test
        assert sandbox.run(source, language=name, stdin=stdin).stdout == expected


@pytest.mark.parametrize("name", programs.COMPILE_ERROR)
def test_compile_error_in_the_compilers_words(sandbox: Sandbox, name: str) -> None:
    source, said = programs.COMPILE_ERROR[name]
    done = sandbox.run(source, language=name)
    assert done.status is Status.BUILD_FAILED
    assert said in done.stderr


@pytest.mark.parametrize("name", programs.ENDLESS)
def test_endless_recursion_is_an_error_of_the_program(sandbox: Sandbox, name: str) -> None:
    source, said = programs.ENDLESS[name]
    done = sandbox.run(source, language=name, limits=_limits(name, 512, 20))
    assert (done.status, done.exit_code) == (Status.EXITED, 1)
    assert said in done.stderr


@pytest.mark.parametrize("name", programs.THIRTY_THREADS)
@pytest.mark.parametrize("processes", [32])
def test_threads_beside_the_languages_own(sandbox: Sandbox, name: str, processes: int) -> None:
    done = sandbox.run(programs.THIRTY_THREADS[name], language=name, limits=Limits(processes=processes))
    assert (done.ok, done.stdout) == (True, "30\n"), done.stderr


class TestJava:
    """What javac as a command would refuse or ask for."""

    MAIN = "public static void main(String[] words) { System.out.println(new Object() { }.getClass().getName()); }"

    @pytest.mark.parametrize(
        ("source", "main"),
        [
            ("public class Any_Name { %s }", "Any_Name$1"),
            ("class Small { %s }", "Small$1"),
            ("class Helper { } class Other { %s } interface Last { }", "Other$1"),
            ("package some.where; public class Deep { %s }", "some.where.Deep$1"),
            ("class First { %s } public class Second { %s }", "Second$1"),
            ("class First { %s } class Main { %s }", "Main$1"),
            ('\ufeff/* public class Not { */ public class Real { String s = "public class No {"; %s }', "Real$1"),
            ("class Base { %s } public class Child extends Base { }", "Base$1"),
            ("enum Colour { RED; %s }", "Colour$1"),
            ("class Größe { %s }", "Größe$1"),
        ],
    )
    def test_main_class(self, sandbox: Sandbox, source: str, main: str) -> None:
        done = sandbox.run(source.replace("%s", self.MAIN), language="java")
        assert (done.ok, done.stdout) == (True, main + "\n"), done.stderr

    @pytest.mark.parametrize(
        ("source", "said"),
        [
            (
                "public class A { %s } public class B { }",
                "class B is public, should be declared in a file named B.java",
            ),
            ("public class A { }", "public static void main"),
            ("public class A { void main(String[] words) { } }", "public static void main"),
            ("", "public static void main"),
        ],
    )
    def test_refused(self, sandbox: Sandbox, source: str, said: str) -> None:
        done = sandbox.run(source.replace("%s", self.MAIN), language="java")
        assert (done.status, said in done.stderr) == (Status.BUILD_FAILED, True), done.stderr

    def test_several_files(self, sandbox: Sandbox) -> None:
        files = {
            "Main.java": "public class Main { public static void main(String[] w) { System.out.println(Two.two()); } }",
            "Two.java": "public class Two { static int two() { return 2; } }",
        }
        program = Program(language="java", files=files, entry="Main.java", sources=("Two.java",))
        assert sandbox.run(program).stdout == "2\n"

    def test_codeforces_property(self, sandbox: Sandbox) -> None:
        source = (
            "public class A { public static void main(String[] w)"
            ' { System.out.println(System.getProperty("ONLINE_JUDGE")); } }'
        )
        assert sandbox.run(source, language="java").stdout == "true\n"

    def test_a_caught_full_heap_is_the_programs_own_matter(self, sandbox: Sandbox) -> None:
        source = (
            "public class A { public static void main(String[] w) { try { long[][] held = new long[64][];"
            " for (int i = 0; i < 64; i++) held[i] = new long[1 << 23]; }"
            ' catch (OutOfMemoryError e) { System.err.println(e); System.out.println("caught"); } } }'
        )
        done = sandbox.run(source, language="java", limits=_limits("java", 128))
        assert (done.status, done.stdout) == (Status.EXITED, "caught\n")

    def test_time_is_the_programs_own(self, sandbox: Sandbox) -> None:
        """A JVM starts within its allowance, however small a limit is."""
        done = sandbox.run(
            *LANGUAGES["java"].self_test[:1], language="java", stdin="1 2", limits=_limits("java", 64, 0.1)
        )
        assert done.stdout == "3\n"


class TestJavaScript:
    """Each way in which contest programs read, and what is lost in pipes elsewhere."""

    @pytest.mark.parametrize(
        "source",
        [
            "console.log(require('fs').readFileSync(0, 'utf8').split('\\n').length)",
            "console.log(require('fs').readFileSync('/dev/stdin', 'utf8').split('\\n').length)",
            "let s = '';process.stdin.on('data', (d) => s += d).on('end', () => console.log(s.split('\\n').length))",
            (
                "let n = 1;require('readline').createInterface({ input: process.stdin }).on('line', () => n++)"
                ".on('close', () => console.log(n))"
            ),
            (
                "(async () => { let n = 1; for await (const _ of require('readline').createInterface("
                "{ input: process.stdin })) n++; console.log(n) })()"
            ),
            "import fs from 'fs';\nconsole.log(await fs.readFileSync(0, 'utf8').split('\\n').length)",
        ],
    )
    @pytest.mark.parametrize("lines", [0, 3, 200_000])
    def test_reading(self, sandbox: Sandbox, source: str, lines: int) -> None:
        done = sandbox.run(source, language="javascript", stdin="12345\n" * lines)
        assert (done.ok, done.stdout) == (True, f"{lines + 1}\n"), done.stderr


def test_typescript_types_are_not_judged(sandbox: Sandbox) -> None:
    source = "enum E { A = 4 }\nconst x: string = 5;\nclass P { constructor(public y: number) {} }\n"
    source += "console.log(x, E.A, new P(6).y as number);"
    assert sandbox.run(source, language="typescript").stdout == "5 4 6\n"


def test_pypy_prints_integers_of_any_length(sandbox: Sandbox) -> None:
    assert sandbox.run("print(len(str(10**6000)))", language="pypy3").stdout == "6001\n"


def test_what_is_missing_is_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from sandbox import toolchains

    monkeypatch.setattr(toolchains.os, "access", lambda path, mode: False)
    with Sandbox(jobs=1) as other, pytest.raises(LanguageError, match="apt-get install pypy3"):
        other.toolchain("pypy3")
