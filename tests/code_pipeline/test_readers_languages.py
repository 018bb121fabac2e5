"""Names of languages, as contest sites and datasets write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.readers.languages import language_named

NAMES = {
    "python3": ["Python 3", "PYTHON3", "Python 3.8.10", "Python (3.8.2)", "python3.11", "cpython 3", "py3", "py",
                "Python (CPython 3.11.4)"],
    "pypy3": ["PyPy 3", "PyPy 3-64", "PyPy 3.10 (7.3.15)", "PyPy3 (7.3.0)", "pypy", "Python (PyPy 3.10-v7.3.12)"],
    "c": ["C", "GNU C", "GNU C11", "C11", "c99", "C (GCC 9.2.1)", "ANSI C", "gnu c17"],
    "cpp": ["CPP", "C++", "GNU C++", "GNU C++17", "C++17 (GCC 7-32)", "GNU C++17 (64)", "GNU C++17 Diagnostics", "cc",
            "MS C++ 2017", "MS C++", "C++ (GCC 9.2.1)", "Clang++17 Diagnostics", "C++17 (Clang 3.8)", "g++", "c++1z",
            "Visual C++ 2010", "C++03", "cpp17", "gnu++17"],
    "cpp11": ["GNU C++11", "C++11 (GCC 4.8.1)", "GNU C++0x", "cpp11"],
    "cpp14": ["GNU C++14", "C++14 (GCC 6-32)", "C++14 (GCC 5.4.1)", "c++1y", "cpp14"],
    "cpp20": ["GNU C++20 (64)", "C++20 (GCC 13-64)", "C++ 20 (gcc 12.2)", "Clang++20 Diagnostics", "c++2a", "cpp20",
              "GNU C++20 (64bit, winlibs)"],
    "cpp23": ["C++23 (GCC 14-64, msys2)", "C++ 23 (gcc 12.2)", "c++2b", "cpp23"],
    "java": ["Java 8", "Java 11", "Java 17 64bit", "JAVA", "Java (OpenJDK 1.8.0)", "java17", "Java8 (OpenJDK 1.8.0)"],
    "javascript": ["JavaScript", "Node.js", "Node.js 15 (64bit)", "JavaScript (Node.js 12.16.1)", "js", "nodejs"],
    "typescript": ["TypeScript", "TypeScript 5.1 (Node.js 18.16.1)", "ts"],
    "go": ["Go", "golang", "Go 1.22.2", "Go (1.14.1)"],
    "rust": ["Rust", "Rust 2021", "Rust 1.75.0 (2021)", "Rust (1.42.0)", "rs"],
    "bash": ["Bash", "Bash (5.0.11)", "sh", "shell"],
    None: ["Python 2", "PYTHON2", "Python 2.7.18", "Python (2.7.6)", "PyPy 2-64", "C++26", "C#", "C# 10, .NET SDK 6.0",
           "Mono C#", "Delphi 7", "Haskell", "Kotlin 1.9", "cobol", "D", "Objective-C", "", "Coffee", "JavaFX?"],
}  # fmt: skip
CASES = [(name, ours) for ours, names in NAMES.items() for name in names]


@pytest.mark.parametrize(("name", "ours"), CASES)
def test_what_sites_call_them(name, ours):
    assert language_named(name) == ours
    assert language_named(f" {name.upper()} ") == ours


@given(st.text(max_size=200))
def test_any_text_is_a_language_or_none(name):
    assert language_named(name) in NAMES
