"""The languages that are compiled to an executable: C, C++ by standard, Go, Rust.

They are linked statically where the host can, since a static program starts in a quarter of the time. ONLINE_JUDGE is
defined, as every contest's judge does: many programs read files of their author's where it is not.
"""

from __future__ import annotations

import re

from sandbox.languages.base import Language, Prepared, Static, Tool

_CPP_TEST = (
    "#include <bits/stdc++.h>\nint main() { long a, b; std::cin >> a >> b; std::cout << a + b << std::endl; }\n",
    "40 2\n",
    "42\n",
)
_C_TEST = (
    (
        "#include <math.h>\n#include <stdio.h>\n"
        'int main(void) { long a, b; scanf("%ld %ld", &a, &b); printf("%ld\\n", a + lround(sqrt(b * b))); }\n'
    ),
    "40 2\n",
    "42\n",
)
_GO_TEST = (
    (
        'package main\n\nimport "fmt"\n\nfunc main() {\n\tvar a, b int\n\tfmt.Scan(&a, &b)\n\tsum := make(chan int)\n'
        "\tgo func() { sum <- a + b }()\n\tfmt.Println(<-sum)\n}\n"
    ),
    "40 2\n",
    "42\n",
)
_RUST_TEST = (
    (
        "use std::io::Read;\n\nfn main() {\n    let mut text = String::new();\n"
        "    std::io::stdin().read_to_string(&mut text).unwrap();\n"
        "    let sum: i64 = text.split_whitespace().map(|word| word.parse::<i64>().unwrap()).sum();\n"
        '    println!("{}", std::thread::spawn(move || sum).join().unwrap());\n}\n'
    ),
    "40 2\n",
    "42\n",
)

_GOLD = ("/usr/bin/ld.gold", ("-fuse-ld=gold", "-fno-use-linker-plugin"))
_GCC = Tool("/usr/bin/gcc", "apt-get install gcc")
_GPP = Tool("/usr/bin/g++", "apt-get install g++")
_RUSTC = Tool("/usr/bin/rustc", "apt-get install rustc (on Debian 12: rustc-web, which is newer)")
_GO = Tool("/usr/bin/go", "apt-get install golang-go", ("version",))

# Comments may stand before it; written so that a hostile source has only one way to match.
_BEGINS_WITH_HEADER = re.compile(
    rb"\s*(?:(?://[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)\s*)*#[ \t]*include[ \t]*[<\"]bits/stdc\+\+\.h[>\"]"
)

# Errors since GCC 14, and warnings before: old programs are not wrong for it.
_OLD_C = ("implicit-function-declaration", "implicit-int", "int-conversion", "incompatible-pointer-types")


def _cpp(standard: str, *names: str, endings: tuple[str, ...] = (), otherwise: tuple[str, ...] = ()) -> Language:
    flags = (f"-std={standard}", "-O2", "-w", "-DONLINE_JUDGE")
    return Language(
        name=names[0],
        aliases=names[1:],
        endings=endings,
        otherwise=otherwise,
        file_name="main.cpp",
        build=(_GPP.path, *flags, "-static", "-s", "-pipe", "-o", "{output}", "{sources}"),
        static=Static(("-static",), ("libc.a", "libstdc++.a"), _GPP.path),
        linker=_GOLD,
        prepared=Prepared(
            name="bits/stdc++.h.gch",
            files={"header.h": "#include <bits/stdc++.h>\n"},
            command=(_GPP.path, *flags, "-x", "c++-header", "-o", "header.gch", "header.h"),
            leaves="header.gch",
            for_sources=_BEGINS_WITH_HEADER,
            options=("-I", "{prepared}"),
        ),
        self_test=_CPP_TEST,
        toolchain=(_GPP,),
    )


_C = Language(
    name="c",
    aliases=("c11", "c17", "c99", "gcc"),
    endings=(".c",),
    file_name="main.c",
    build=(
        _GCC.path, "-std=gnu17", "-O2", "-w", *(f"-Wno-error={name}" for name in _OLD_C), "-DONLINE_JUDGE", "-static",
        "-s", "-pipe", "-o", "{output}", "{sources}", "-lm",
    ),
    static=Static(("-static",), ("libc.a", "libm.a"), _GCC.path),
    linker=_GOLD,
    self_test=_C_TEST,
    toolchain=(_GCC,),
)  # fmt: skip

_RUST_STATIC = ("-Ctarget-feature=+crt-static", "-Crelocation-model=static")
_RUST = Language(
    name="rust",
    aliases=("rs", "rustc"),
    endings=(".rs",),
    file_name="main.rs",
    build=(
        _RUSTC.path, "--edition=2021", "--crate-name=main", "-O", "-Awarnings", "--cfg=ONLINE_JUDGE",
        *_RUST_STATIC, "-Cstrip=symbols", "-o", "{output}", "{source}",
    ),
    static=Static(_RUST_STATIC, ("libc.a",), _GCC.path),
    linker=("/usr/bin/ld.gold", ("-Clink-arg=-fuse-ld=gold",)),
    self_test=_RUST_TEST,
    toolchain=(_RUSTC, _GCC),
)  # fmt: skip

# The standard library's packages as archives, each a number, and where the compiler finds which: distributions of Go
# bring none since 1.20.
_GO_PREPARE = """\
set -e
export HOME=/tmp/home GOCACHE=/tmp/cache
mkdir pack
/usr/bin/go list -export -f '{{if .Export}}{{.ImportPath}} {{.Export}}{{end}}' std > list
number=0
while read -r package archive; do
    number=$((number + 1))
    cp "$archive" "pack/$number.a"
    echo "packagefile $package={prepared}/$number.a" >> pack/importcfg
done < list
cd pack
tar cf ../std.tar *
"""
# `go build` looks at every package's sources and keeps a cache: 0.4 s where compiling and linking take 0.07.
_GO_BUILD = """\
exec >&2
output=$1
shift
tools=$(/usr/bin/go env GOTOOLDIR) &&
sed 's|=.*/|={prepared}/|' {prepared}/importcfg >importcfg &&
"$tools/compile" -p main -complete -pack -importcfg importcfg -o main.a "$@" &&
"$tools/link" -s -w -importcfg importcfg -o "$output" main.a
"""
_GO_LANGUAGE = Language(
    name="go",
    aliases=("golang",),
    endings=(".go",),
    file_name="main.go",
    build=("/bin/sh", "-c", _GO_BUILD, "go", "{output}", "{sources}"),
    prepared=Prepared("importcfg", ("/bin/sh", "-c", _GO_PREPARE), leaves="std.tar", archive=True),
    # One slot is one CPU; with more, the collector's idle helpers burn CPU time that depends on the machine.
    environment={"GOMAXPROCS": "1", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOENV": "off"},
    mounts=("/usr/share/go-*",),
    self_test=_GO_TEST,
    memory_mb=32,
    toolchain=(_GO,),
)

NATIVE: tuple[Language, ...] = (
    _C,
    # Rows that say C++ mean the standard of their day: `map::contains` needs 20, and since 17 a program's own `size`,
    # `data` or `byte` meets the library's.
    _cpp(
        "gnu++17",
        "cpp",
        "c++",
        "cpp17",
        "c++17",
        "g++",
        endings=(".cpp", ".cc", ".cxx", ".c++", ".C"),
        otherwise=("cpp20", "cpp14"),
    ),
    _cpp("gnu++11", "cpp11", "c++11"),
    _cpp("gnu++14", "cpp14", "c++14"),
    _cpp("gnu++20", "cpp20", "c++20"),
    _cpp("gnu++23", "cpp23", "c++23"),
    _GO_LANGUAGE,
    _RUST,
)
