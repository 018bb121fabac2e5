"""The languages' table, and native programs for real: standards, files, threads, versions, builds without a network."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox import Call, Execution, LanguageError, Limits, Program, Run, Sandbox, Status, languages
from sandbox.builds import Builds
from sandbox.languages import language
from sandbox.prepared import _unpacked
from sandbox.probe import languages_report
from sandbox.toolchains import Toolchains

NATIVE = ("c", "cpp", "cpp11", "cpp14", "cpp20", "cpp23", "go", "rust")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(jobs=2) as opened:
        yield opened


class TestTable:
    def test_names_and_aliases_are_told_apart(self) -> None:
        names = [name for known in languages().values() for name in (known.name, *known.aliases)]
        assert len(names) == len(set(names))
        assert all(name == name.lower() for name in names)
        endings = [ending for known in languages().values() for ending in known.endings]
        assert len(endings) == len(set(endings))

    @pytest.mark.parametrize(
        ("alias", "name"),
        [("C++17", "cpp"), ("cpp17", "cpp"), ("c++20", "cpp20"), ("GoLang", "go"), ("rs", "rust"), ("C11", "c")],
    )  # fmt: skip
    def test_aliases(self, alias: str, name: str) -> None:
        assert language(alias).name == name

    def test_an_unknown_one_is_told_with_those_there_are(self) -> None:
        with pytest.raises(LanguageError, match=r"no language 'cobol'; there are: python3, .*rust"):
            language("cobol")

    def test_each_says_what_to_install(self) -> None:
        for known in languages().values():
            assert known.in_template or known.toolchain
            assert all(
                tool.path.startswith(("/usr/bin/", "/bin/")) and "install" in tool.mend for tool in known.toolchain
            )


def test_self_tests(sandbox: Sandbox) -> None:
    found = {finding.what: finding for finding in languages_report(sandbox)}
    assert found.keys() == {f"language {name}" for name in languages()}
    assert [finding for finding in found.values() if not finding.ok] == []


def test_only_functions_of_python_are_called(sandbox: Sandbox) -> None:
    for name in ("cpp", "pypy3"):
        source = "def f(): pass" if name == "pypy3" else "int main() {}"
        with sandbox.open(Program(source, name)) as session, pytest.raises(ValueError, match="python3 programs"):
            session.run([Call("f")])


class TestNative:
    @pytest.mark.parametrize(
        ("name", "version"),
        [("cpp11", 201103), ("cpp14", 201402), ("cpp", 201703), ("cpp20", 202002), ("cpp23", 202100)],
    )
    @pytest.mark.parametrize("header", ["#include <bits/stdc++.h>", "#include <iostream>"])
    def test_each_standard_is_what_it_says(self, sandbox: Sandbox, name: str, version: int, header: str) -> None:
        source = f"{header}\nint main() {{ std::cout << __cplusplus; }}"
        said = int(sandbox.run(source, language=name).stdout)
        assert said >= version if name == "cpp23" else said == version

    def test_a_standard_lacks_what_comes_later(self, sandbox: Sandbox) -> None:
        source = "#include <bits/stdc++.h>\nint main() { auto [a, b] = std::pair(1, 2); std::cout << std::gcd(a, b); }"
        assert sandbox.run(source, language="cpp").stdout == "1"
        assert sandbox.run(source, language="cpp11").status is Status.BUILD_FAILED

    @pytest.mark.parametrize(
        "line",
        [
            "std::map<int, int> seen; std::cout << !seen.contains(1);",  # since C++20
            "using namespace std; size = 1; cout << size;",  # ambiguous since C++17
        ],
    )
    def test_plain_cpp_is_the_standard_that_fits(self, sandbox: Sandbox, line: str) -> None:
        source = f"#include <bits/stdc++.h>\nint size;\nint main() {{ {line} }}"
        assert sandbox.run(source, language="cpp").stdout == "1"
        assert sandbox.run(source, language="cpp11").stdout != sandbox.run(source, language="cpp20").stdout

    def test_what_no_standard_takes_is_refused_in_the_words_of_its_own(self, sandbox: Sandbox) -> None:
        source = "int main() {\n#if __cplusplus == 201703\n    seventeen;\n#else\n    other;\n#endif\n}"
        done = sandbox.run(source, language="cpp")
        assert done.status is Status.BUILD_FAILED
        assert "seventeen" in done.stderr
        assert "other" not in done.stderr

    @pytest.mark.parametrize("name", NATIVE)
    def test_the_compilers_words_come_back(self, sandbox: Sandbox, name: str) -> None:
        done = sandbox.run("this is no program", language=name)
        assert done.status is Status.BUILD_FAILED
        assert language(name).file_name in done.stderr
        assert done.stdout_bytes == b""

    @pytest.mark.parametrize("name", NATIVE)
    def test_arguments_follow_the_name(self, sandbox: Sandbox, name: str) -> None:
        sources = {
            "c": "#include <stdio.h>\nint main(int n, char **words) { puts(words[n - 1]); }",
            "go": 'package main\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() { fmt.Print(os.Args[len(os.Args)-1]) }',
            "rust": 'fn main() { println!("{}", std::env::args().last().unwrap()); }',
        }
        source = sources.get(name, "#include <iostream>\nint main(int n, char **words) { std::cout << words[n - 1]; }")
        done = sandbox.run(Program(source, name, arguments=("last one",)))
        assert done.stdout.strip() == "last one"

    def test_several_sources(self, sandbox: Sandbox) -> None:
        c = Program(
            '#include "f.h"\nint main(void) { return f(); }',
            "c",
            {"f.h": "int f(void);", "f.c": "int f(void) { return 7; }"},
            sources=("f.c",),
        )
        assert sandbox.run(c).exit_code == 7
        go = Program(
            "package main\n\nfunc main() { println(f()) }",
            "go",
            {"f.go": "package main\n\nfunc f() int { return 7 }"},
            sources=("f.go",),
        )
        assert sandbox.run(go).stderr == "7\n"
        rust = Program('mod f;\nfn main() { println!("{}", f::f()); }', "rust", {"f.rs": "pub fn f() -> i32 { 7 }"})
        assert sandbox.run(rust).stdout == "7\n"

    @pytest.mark.parametrize("name", ["c", "cpp", "go", "rust"])
    def test_no_source_reads_the_hosts_files(self, sandbox: Sandbox, name: str) -> None:
        source = {
            "c": '#include "/etc/shadow"\nint main(void) {}',
            "cpp": 'asm(".incbin \\"/etc/shadow\\"");\nint main() {}',
            "go": 'package main\nimport _ "embed"\n//go:embed /etc/shadow\nvar s string\nfunc main() { println(s) }',
            "rust": 'fn main() { print!("{}", include_str!("/etc/shadow")); }',
        }[name]
        assert sandbox.run(source, language=name).status is Status.BUILD_FAILED

    def test_a_build_is_bounded(self, sandbox: Sandbox) -> None:
        endless = "template <int n> struct S { typedef typename S<n + 1>::T T; };\ntypedef S<0>::T T;\nint main() {}"
        assert sandbox.run(endless, language="cpp").status is Status.BUILD_FAILED

    @pytest.mark.parametrize("name", ["c", "go", "rust"])
    def test_a_run_changes_nothing_for_the_next(self, sandbox: Sandbox, name: str) -> None:
        """Its own binary is closed to it: no later run meets another program."""
        source = {
            "c": '#include <stdio.h>\nint main(void) { printf("%d\\n", fopen("/proc/self/exe", "r+") == NULL); }',
            "go": (
                'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() {\n'
                '\t_, err := os.OpenFile("/proc/self/exe", os.O_RDWR, 0)\n\tfmt.Println(err != nil)\n}'
            ),
            "rust": (
                'fn main() {\n    let open = std::fs::OpenOptions::new().write(true).open("/proc/self/exe");\n'
                '    println!("{}", open.is_err());\n}'
            ),
        }[name]
        shown = [done.stdout for done in sandbox.run_many(Program(source, name), ["", "", ""])]
        assert shown == [{"c": "1\n"}.get(name, "true\n")] * 3

    def test_go_has_several_threads(self, sandbox: Sandbox) -> None:
        source = """\
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	runtime.GOMAXPROCS(8)
	var group sync.WaitGroup
	var lock sync.Mutex
	sum := 0
	for i := 0; i < 10000; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			lock.Lock()
			sum++
			lock.Unlock()
		}()
	}
	group.Wait()
	fmt.Println(sum)
}
"""
        done = sandbox.run(source, language="go", limits=Limits(memory_mb=128))
        assert (done.stdout, done.stderr) == ("10000\n", "")

    def test_threads_are_bounded(self, sandbox: Sandbox) -> None:
        source = """\
use std::thread::{sleep, Builder};
use std::time::Duration;
fn main() {
    let started = (0..500).take_while(|_| Builder::new().spawn(|| sleep(Duration::from_secs(9))).is_ok()).count();
    println!("{}", started);
    std::process::exit(0);
}
"""
        done = sandbox.run(source, language="rust", limits=Limits(processes=40))
        assert done.ok
        assert 30 <= int(done.stdout) <= 40

    def test_one_build_for_many_runs(self, sandbox: Sandbox) -> None:
        program = Program(language("rust").self_test[0], "rust")
        runs = [Run(f"{n} {n}\n") for n in range(40)]
        assert [done.stdout for done in sandbox.run_many(program, runs)] == [f"{2 * n}\n" for n in range(40)]


class TestToolchains:
    def test_versions_are_the_tools_own_words(self, sandbox: Sandbox) -> None:
        assert sandbox.toolchain("python3") == ""
        for name in NATIVE:
            said = sandbox.toolchain(name)
            assert any(character.isdigit() for character in said), said
        first = subprocess.run(["/usr/bin/g++", "--version"], capture_output=True, text=True, check=True).stdout
        assert sandbox.toolchain("c++20") == first.partition("\n")[0]

    def test_the_version_and_the_command_are_in_a_builds_key(self) -> None:
        tools = Toolchains()
        builds = Builds(lambda *_: pytest.fail("nothing is built"), lambda *_: None, tools)
        files = {"main.cpp": b"int main() {}"}
        keys = {builds._key(language(name), files, ("main.cpp",)) for name in ("cpp", "cpp11", "cpp20")}
        tools._versions["/usr/bin/g++"] = "g++ 99"
        keys.add(builds._key(language("cpp"), files, ("main.cpp",)))
        keys.add(builds._key(language("cpp"), {**files, "a.h": b""}, ("main.cpp",)))
        assert len(keys) == 5

    @pytest.mark.parametrize(
        "killed",
        [
            Execution(Status.SIGNALED, signal=9),
            Execution(Status.EXITED, exit_code=1, stderr_bytes=b"g++: error: Killed signal terminated program as"),
            Execution(Status.EXITED, exit_code=1, stderr_bytes=b"collect2: fatal error: ld terminated with signal 9"),
        ],
    )
    def test_a_compiler_that_somebody_killed_is_asked_again(self, killed: Execution) -> None:
        built = Execution(Status.EXITED, exit_code=0, files={language("cpp").artifact: b"whole"})
        answers = [killed, built]
        builds = Builds(lambda *_: answers.pop(0), lambda *_: None, Toolchains())
        files = {"main.cpp": b"int main() {}"}
        assert builds.build(language("cpp"), files, ("main.cpp",)) == b"whole"
        answers[:] = [replace(built, files={}, exit_code=1, stderr_bytes=b"expected ';'")]
        refused = builds.build(language("cpp"), {"main.cpp": b"int"}, ("main.cpp",))
        assert isinstance(refused, Execution)
        assert refused.status is Status.BUILD_FAILED


def test_only_plain_files_are_unpacked() -> None:
    import io
    import tarfile

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, kind in (
            ("a", tarfile.REGTYPE),
            ("../b", tarfile.REGTYPE),
            ("/c", tarfile.REGTYPE),
            ("d", tarfile.SYMTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            member.size = 2 if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(b"ab"))
    assert _unpacked(archive.getvalue()) == {"a": b"ab"}
