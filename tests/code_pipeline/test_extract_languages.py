"""The program in an answer, for every language that the sandbox has, with the tags that models give it."""

import pytest

from code_pipeline.extract import extract_program
from sandbox import languages

TAGS = {
    "c": ["c", "C", "c11", "c99"],
    "cpp": ["cpp", "c++", "C++", "cc", "cpp17", "c++17", "C++20", "main.cpp"],
    "cpp11": ["cpp", "c++11"],
    "cpp14": ["cpp", "c++14"],
    "cpp20": ["cpp", "cpp20", "c++2a"],
    "cpp23": ["cpp", "c++23"],
    "go": ["go", "Go", "golang", "main.go"],
    "rust": ["rust", "Rust", "rs", "rust,ignore", "main.rs"],
    "java": ["java", "Java"],
    "javascript": ["javascript", "js", "node"],
    "typescript": ["typescript", "ts"],
    "python3": ["python", "py", "python3"],
    "pypy3": ["python", "pypy3"],
    "bash": ["bash", "sh", "shell"],
}
CASES = [(language, tag) for language, tags in TAGS.items() for tag in tags]
CURLY = [name for name in TAGS if name not in ("python3", "pypy3", "bash")]


def source_of(language):
    return languages()[language].self_test[0]


def test_every_language_has_tags():
    assert TAGS.keys() == languages().keys()


@pytest.mark.parametrize("language", TAGS)
def test_a_response_that_is_the_program(language):
    source = source_of(language)
    assert extract_program(source, language=language) == source
    assert (
        extract_program(f"<think>\nFirst, I read.\n</think>\n\n{source}", language=language).strip() == source.strip()
    )


@pytest.mark.parametrize(("language", "tag"), CASES)
def test_a_tagged_block_between_prose_and_samples(language, tag):
    source = source_of(language)
    answer = (
        "We add the two numbers. For the input\n\n```text\n40 2\n```\n\nthe program is:\n\n"
        f"```{tag}\n{source}```\n\nIts output:\n\n```output\n42\n```\n\nThis takes constant time.\n"
    )
    assert extract_program(answer, language=language).strip() == source.strip()


@pytest.mark.parametrize("language", TAGS)
def test_an_untagged_block(language):
    source = source_of(language)
    answer = f"Here is the solution.\n\n```\n{source}```\n\nIt adds.\n"
    assert extract_program(answer, language=language).strip() == source.strip()


@pytest.mark.parametrize("language", CURLY)
def test_a_helper_after_the_whole_program_is_not_it(language):
    source = source_of(language)
    tag = TAGS[language][0]
    answer = f"```{tag}\n{source}```\n\nThe core is only:\n\n```{tag}\nlong sum = a + b;\n```\n"
    assert extract_program(answer, language=language).strip() == source.strip()


@pytest.mark.parametrize("language", CURLY)
def test_prose_alone_is_no_program(language):
    prose = "The answer is the sum of both numbers, which we read from the input. Then we print it."
    assert extract_program(prose, language=language) is None


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("javascript", "[a, b] = require('fs').readFileSync(0, 'utf8').split(' ').map(Number)\nconsole.log(a + b)\n"),
        ("javascript", "fs = require('fs')\nconsole.log(fs.readFileSync(0) + '')\n"),
        ("javascript", "for(const l of require('fs').readFileSync(0, 'utf8').split('\\n'))console.log(l)"),
        ("javascript", "setTimeout(() => console.log(1))"),
        ("bash", 'case "$1" in\n  "") cat ;;\nesac\n'),
        ("bash", "function solve {\n  read a b\n  echo $((a + b))\n}\nsolve\n"),
    ],
)
def test_a_program_without_fences_or_semicolons(language, source):
    assert extract_program(source, language=language) == source


def test_another_languages_block_is_not_taken_before_its_own():
    answer = f"In Python:\n\n```python\nprint(1)\n```\n\nIn Go:\n\n```go\n{source_of('go')}```\n"
    assert extract_program(answer, language="go").strip() == source_of("go").strip()
    assert extract_program(answer, language="python3").strip() == "print(1)"


def test_rust_with_lifetimes_and_raw_strings():
    source = (
        "fn first<'a>(x: &'a str) -> &'a str {\n    x\n}\n\n"
        'fn main() {\n    print!(r#"it\'s "{}" "#, first("b"));\n}\n'
    )
    assert extract_program(source, language="rust") == source
    assert extract_program(f"Done:\n```rust\n{source}```\nThat's all.", language="rust").strip() == source.strip()


def test_go_with_a_raw_string():
    source = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Print(`a\n/* no comment\n`)\n}\n'
    assert extract_program(source, language="go") == source
    assert extract_program(f"Done:\n```go\n{source}```\nThat is it.", language="go").strip() == source.strip()


def test_c_of_another_age():
    source = '#include <stdio.h>\nmain(){int a,b;scanf("%d%d",&a,&b);printf("%d",a+b);}\n'
    for tag in ("c", "cpp", ""):
        assert extract_program(f"So:\n```{tag}\n{source}```\n", language="c").strip() == source.strip()
