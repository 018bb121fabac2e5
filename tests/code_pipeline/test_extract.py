"""Each rule of `extract`'s docstring, on responses as models write them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.extract import extract_program
from code_pipeline.languages import LOOKS

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "code"
SOLUTION = "n = int(input())\nprint(n * 2)\n"
OTHER = "a, b = map(int, input().split())\nprint(a + b)\n"
CPP = '#include <bits/stdc++.h>\nusing namespace std;\nint main() {\n    int n;\n    cout << n * 2 << "\\n";\n}\n'
JAVA = "import java.util.*;\n\npublic class Main {\n    public static void main(String[] args) {\n    }\n}\n"


def fenced(code: str, tag: str = "python", fence: str = "```") -> str:
    return f"{fence}{tag}\n{code}{fence}\n"


def found(response: str, language: str = "python3", **known: str) -> str | None:
    return extract_program(response, language=language, **known)


# 1. source code as a whole

WHOLE = [
    SOLUTION,
    SOLUTION.replace("\n", "\r\n"),
    "\n\n  \n" + SOLUTION + "\n\n",
    "\ufeff" + SOLUTION,
    '"""\nUsage:\n```\n3\n```\n"""\n' + SOLUTION,
    "# ```python\n# print(1)\n# ```\n" + SOLUTION,
    "s = '''\n```python\nprint(1)\n```\n'''\nprint(s)\n",
    "print('</think>')\nprint('<answer>1</answer>')\n",
    "x = '<|begin_of_solution|>'\nprint(x)",
    "    numbers.sort()\n    return numbers\n",
    "def f(n):\n    match n:\n        case 1: return 'a' 'b'\n        case _: return f'{n!r}' \"c\"\n",
    "print(1 if True else 0); type X = int\n",
    "print 'python 2'\nfor i in xrange(3):\n  print i, \"it's\"\n",  # not Python 3, but a program
    "def f(:\n    return\n",  # compile_error is not no_code
    "import sys\nprint(sys.stdin.read()",
    "match input():\n    case '1': print(1)\n",
    "print(*map(int, input().split()), sep='\\n')",
]


@pytest.mark.parametrize("program", WHOLE)
def test_a_response_that_is_a_program_is_taken_as_it_is(program: str) -> None:
    assert found(program) == program


@pytest.mark.parametrize(
    ("language", "program"),
    [
        ("cpp", CPP),
        ("cpp", CPP.replace("\n", "\r\n")),
        ("cpp", "/*\n```cpp\nint main() {}\n```\n*/\n" + CPP),
        ("cpp", "\n\n//  vector<answer> x;\n" + CPP),
        ("c", 'main(){long n;scanf("%ld",&n);\nprintf("%ld",n*2);}\n'),
        ("c", 'n;\nf(a){return a*2;}\nmain(){\nscanf("%d",&n);\n}\n'),
        ("java", JAVA),
        ("java", "/* A solution\n */\n" + JAVA),
        ("javascript", "const lines = require('fs').readFileSync(0, 'utf8');\nconsole.log(`${lines}`);\n"),
        ("typescript", "const n: number = 3;\nconsole.log(n);\n"),
        ("go", 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println(1)\n}\n'),
        ("rust", 'use std::io;\n\nfn main() {\n    println!("{}", 1);\n}\n'),
        ("bash", "#!/bin/bash\nread n\necho $((n * 2))\n"),
        ("bash", "read n\necho $((n * 2))\n"),
        ("bash", "sort -n | uniq -c\n"),
        ("bash", "tac | head -n 1\n"),
        ("bash", "double() { echo $(($1 * 2)); }\ndouble $(cat)\n"),
        ("bash", "exec 2>/dev/null\ntrap '' INT\nread n\n"),
        ("bash", "[[ $(cat) == 1 ]] && echo one\n"),
        ("pypy3", SOLUTION),
    ],
)
def test_a_program_in_any_language_is_taken_as_it_is(language: str, program: str) -> None:
    assert found(program, language) == program
    wrapped = f"It's simple:\n\n{fenced(program.strip(chr(10)) + chr(10), min(LOOKS[language].tags))}\nDone.\n"
    assert found(wrapped, language) == program.strip("\n") + "\n"


@pytest.mark.parametrize(
    "prose",
    [
        "",
        " \n\n",
        "I can't solve this.",
        "The answer is 42.",
        "Impossible.",
        "42",
        "Sorry",
        "sort the list and print its head",
        "head or tail, and cat or dog",
        "# Solution\n\nWe sort the list, and then take the middle.",
        "You can call solve(n) here",
        "sorted(a).",
        "- first\n- second thing\n",
        "We import the list from the input; for each item, print it if it is odd.",
        "Use `print(n)` here.",
        "```text\n3\n```",
        "```\n3\n1 2 3\n```",
        "```\n5\n```\n",
        "<think>I do not know</think>",
        "```python\n```",
        '```json\n{"a": 1}\n```',
        "```bash\npython3 main.py < input.txt\n```",
    ],
)
def test_prose_has_no_program(prose: str) -> None:
    for language in LOOKS:
        if not (language == "bash" and "bash" in prose):
            assert found(prose, language) is None


# 2. which part of the response is the answer


def test_the_answer_is_what_follows_the_thinking() -> None:
    draft = fenced(OTHER)
    assert found(f"<think>\nLet me try\n{draft}</think>\n\nHere:\n{fenced(SOLUTION)}") == SOLUTION
    assert found(f"<think>\n{draft}</think>\n\nI don't know.") is None
    assert found(f"{draft}</think>a</think>\n\n{SOLUTION}") == SOLUTION
    documented = '"""\n```\n3\n```\n"""\n' + SOLUTION
    assert found(f"It's easy</think>\n\n{documented}") == documented
    assert found(f"<|begin_of_thought|>\n{draft}<|end_of_thought|>\n{fenced(SOLUTION)}") == SOLUTION


def test_thinking_that_is_never_closed_is_searched() -> None:
    assert found(f"<think>\nIt's easy: {chr(10)}{fenced(OTHER)}So:\n{fenced(SOLUTION)}") == SOLUTION


def test_the_last_solution_section_is_taken() -> None:
    section = "<|begin_of_solution|>\n\n{}\n\n<|end_of_solution|>"
    assert found(section.format(fenced(SOLUTION)) + f"\nP.S. it's slow\n{fenced(OTHER)}") == SOLUTION
    assert found(section.format(fenced(OTHER)) + section.format(fenced(SOLUTION))) == SOLUTION
    assert found("It's:\n" + section.format(SOLUTION)) == SOLUTION
    assert found(f"<|begin_of_solution|>\nSo it's\n{fenced(SOLUTION)}") == SOLUTION


def test_the_last_answer_section_is_taken() -> None:
    assert found(f"I'd say\n<answer>\n{SOLUTION}</answer> Yes, it's right.") == SOLUTION
    assert found(f"It's <answer>{fenced(SOLUTION)}</answer>\n{fenced(OTHER)}") == SOLUTION
    assert found(f"I'd say\n{fenced(OTHER)}\n<answer>\n{SOLUTION}") == SOLUTION
    code = CPP.replace("int n;", "vector<answer> n;")
    assert found(f"It's\n{fenced(code, 'cpp')}", "cpp") == code  # no tag: it stands in a line and is not closed


# 3. blocks


@pytest.mark.parametrize(
    "tag", ["python", "Python3", "py", "PYTHON", "python title=a.py", "{.python}", "solution.py", "", "code"]
)
@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
def test_any_fence_and_any_tag_of_the_language(tag: str, fence: str) -> None:
    assert found(f"It's this:\n\n{fenced(SOLUTION, tag, fence)}\nIt's done.\n") == SOLUTION


@pytest.mark.parametrize("tag", ["cpp", "c++", "cc", "C++", "c++17", "cpp20", "C++ 17", "main.cpp", "g++"])
def test_tags_of_cpp(tag: str) -> None:
    assert found(f"It's:\n{fenced(CPP, tag)}{fenced(SOLUTION)}", "cpp") == CPP


def test_the_language_decides_between_blocks() -> None:
    response = f"In C++:\n{fenced(CPP, 'cpp')}In Python:\n{fenced(SOLUTION)}In Java:\n{fenced(JAVA, 'java')}"
    assert found(response, "cpp") == CPP
    assert found(response, "python3") == SOLUTION
    assert found(response, "java") == JAVA


def test_line_ends_are_kept() -> None:
    crlf = SOLUTION.replace("\n", "\r\n")
    assert found(f"Here it's:\r\n\r\n```python\r\n{crlf}```\r\nDone\r\n") == crlf


def test_an_indented_block_loses_its_indentation() -> None:
    code = "def f():\n\n    return 1\nprint(f())\n"
    indented = "".join(f"   {line}\n" if line else "\n" for line in code.splitlines())
    assert found(f"1. It's this:\n   ```python\n{indented}   ```\n") == code
    assert found(f"1. It's this:\n   ```python\n{code}   ```\n") == code  # the code is not indented


def test_the_last_block_may_be_unclosed() -> None:
    assert found(f"It's\n```python\n{SOLUTION}") == SOLUTION
    assert found(f"It's\n```python\n{OTHER}```\nNo:\n```python\n{SOLUTION}") == SOLUTION
    assert found(f"It's\n```python\n{OTHER}\nNo:\n```python\n{SOLUTION}```") == SOLUTION  # the first was not closed


def test_fences_that_share_a_line_with_text() -> None:
    assert found(f"Here's the code: ```python\n{SOLUTION}```\nDone") == SOLUTION
    assert found(f"First: ```python\n{OTHER}```\nNow: ```python\n{SOLUTION}```\nDone") == SOLUTION
    assert found("It's\n```python\nprint(input())```\nDone, isn't it") == "print(input())"


def test_a_block_in_a_markdown_block() -> None:
    assert found(f"It's\n```markdown\n# Title\n{fenced(SOLUTION)}\nText\n```\nDone") == SOLUTION
    assert found(f"It's\n````markdown\n# Title\n{fenced(SOLUTION)}\nText\n````\nDone") == SOLUTION


@pytest.mark.parametrize(
    "code",
    [
        'def f():\n    """Say\n\n    ```\n    f()\n    ```\n    """\nprint(input())\n',
        'def f():\n    """Say\n\n```python\nf()\n```\n"""\nprint(input())\n',
        "s = '''\n```\n'''\nprint(input(), s)\n",
        'x = 1  # it\'s """\ny = "\'\'\'"\nprint(input())\n',
        'x = """a\\"""\n```\n"""\nprint(input())\n',
    ],
)
def test_a_fence_in_a_string_belongs_to_the_code(code: str) -> None:
    assert found(f"It's:\n{fenced(code)}\nAnd that's it.\n{fenced('3', 'text')}") == code


def test_a_fence_in_a_comment_belongs_to_the_code() -> None:
    code = "/*\n```\n3\n```\n*/\n" + CPP
    assert found(f"It's:\n{fenced(code, 'cpp')}\nDone", "cpp") == code


def test_a_stray_quote_does_not_swallow_the_next_block() -> None:
    broken, good = 'x = """\nprint(1)\n', '"""Doc"""\n' + SOLUTION
    assert found(f"It's:\n{fenced(broken)}No:\n{fenced(good)}") == good
    assert found(f"It's:\n{fenced(broken)}Done") == broken


def test_what_follows_the_solution_does_not_win() -> None:
    after = [
        fenced("3\n", "text"),
        fenced("6\n"[:2], "output"),
        fenced("print(3)\n", "output"),
        fenced('{"n": 3}\n', "json"),
        fenced("python3 main.py\n", "bash"),
        fenced("3\n", ""),
        fenced("print(solve(3))  # 6\n"),
        fenced("assert solve(3) == 6\n"),
        fenced("import io, sys\nsys.stdin = io.StringIO('3')\nmain()\n"),
        fenced("n = int(input())\n"),  # a quotation
        fenced(CPP, "cpp"),
    ]
    for block in [*after, "".join(after)]:
        assert found(f"It's this:\n{fenced(SOLUTION)}\nExample usage:\n{block}Done.") == SOLUTION


def test_a_later_solution_wins() -> None:
    assert found(f"Brute force:\n{fenced(OTHER)}\nBetter, isn't it:\n{fenced(SOLUTION)}") == SOLUTION
    longer = SOLUTION + "print('debug')\n"
    assert found(f"With debugging:\n{fenced(longer)}\nWithout:\n{fenced(SOLUTION)}") == SOLUTION


def test_a_program_without_input_is_the_last_block() -> None:
    assert found(f"It's:\n{fenced('print(1)')}or\n{fenced('print(2)')}".replace(")```", ")\n```")) == "print(2)\n"


def test_a_compiled_program_has_a_main() -> None:
    snippet = "for (int i = 0; i < n; i++) {\n    cout << i;\n}\n"
    assert found(f"It's:\n{fenced(CPP, 'cpp')}The loop:\n{fenced(snippet, 'cpp')}", "cpp") == CPP


def test_other_tags_count_only_where_they_hold_such_code() -> None:
    assert found(f"It's:\n{fenced(SOLUTION, 'leetcode')}") == SOLUTION
    assert found(f"It's:\n{fenced('SELECT a FROM b;', 'sql')}") is None
    assert found(f"It's:\n{fenced(CPP, 'c')}", "cpp") == CPP
    assert found(f"It's:\n{fenced(OTHER, '')}\n{fenced(SOLUTION, 'leetcode')}") == OTHER


FUNCTION = "def twoSum(nums, target):\n    return [0, 1]\n"
STARTER = "class Solution:\n    def twoSum(self, nums: List[int], target: int) -> List[int]:\n        "
METHOD = "class Solution:\n    def twoSum(self, nums, target):\n        return [0, 1]\n"


def test_a_known_function_decides() -> None:
    usage = fenced("print(twoSum([1, 2], 3))\ntwoSum([3], input())\n")
    assert found(f"It's:\n{fenced(FUNCTION)}Example usage:\n{usage}", function="twoSum") == FUNCTION
    assert found(f"Brute:\n{fenced(METHOD)}Then:\n{fenced(FUNCTION)}{usage}", function="twoSum") == FUNCTION
    assert found(f"It's:\n{fenced(METHOD)}{usage}", function="twoSum", starter_code=STARTER) == METHOD
    assert found(f"It's:\n{fenced(OTHER)}In full:\n{fenced(FUNCTION, '')}", function="twoSum") == FUNCTION
    named = METHOD.replace("twoSum", "two_sum")
    assert found(f"It's:\n{fenced(named)}{fenced('print(1)' + chr(10))}", function="twoSum") == named
    lambda_ = "twoSum = lambda nums, target: [0, 1]\n"
    assert found(f"It's:\n{fenced(lambda_)}{usage}", function="twoSum") == lambda_


def test_a_known_function_decides_in_cpp() -> None:
    solution = (
        "class Solution {\npublic:\n    vector<int> twoSum(vector<int>& a, int n) {\n        return {};\n    }\n};\n"
    )
    usage = "int main() {\n    Solution().twoSum(a, 3);\n}\n"
    assert found(f"It's:\n{fenced(solution, 'cpp')}{fenced(usage, 'cpp')}", "cpp", function="twoSum") == solution


def test_a_body_is_put_after_the_starter_code() -> None:
    known = {"function": "twoSum", "starter_code": STARTER}
    body = "        seen = {}\n        return [0, 1]\n"
    whole = STARTER.rstrip() + "\n" + body
    assert found(body, **known) == whole
    assert found(f"It's:\n{fenced(body)}", **known) == whole
    for depth in (0, 4):
        less = "".join(" " * depth + line.lstrip() + "\n" for line in body.splitlines())
        assert found(f"It's:\n{fenced(less)}", **known) == whole
    plain = {"function": "f", "starter_code": "from typing import List\n\ndef f(x):\n    '''Say'''\n"}
    assert found("    return x\n", **plain) == plain["starter_code"] + "    return x\n"


def test_a_method_alone_is_put_into_its_class() -> None:
    known = {"function": "twoSum", "starter_code": STARTER}
    method = "    def twoSum(self, nums, target):\n        return [0, 1]\n"
    assert found(method, **known) == METHOD
    assert found(f"It's:\n{fenced(method[4:].replace(chr(10) + ' ' * 8, chr(10) + ' ' * 4))}", **known) == METHOD


def test_nothing_is_added_to_a_program() -> None:
    known = {"function": "twoSum", "starter_code": STARTER}
    for program in (FUNCTION, METHOD, METHOD.replace("twoSum", "other"), SOLUTION):
        assert found(program, **known) == program
    assert found(FUNCTION, function="twoSum", starter_code="def twoSum(nums, target):\n    ") == FUNCTION


# 4. code without a fence


def test_code_after_prose_without_a_fence() -> None:
    assert found(f"Here's the solution:\n\n{SOLUTION}") == SOLUTION
    assert found(f"Here's the solution:\n\n{SOLUTION}\nIt's good, isn't it?") is None
    assert found(f"{SOLUTION}\n```text\n3\n```\nThat's it.") == SOLUTION + "\n"
    assert found(f"{CPP}\n```text\n3\n```\nThat's it.", "cpp") == CPP + "\n"


# all of it


def labelled() -> Iterator[tuple[str, str]]:
    for line in (DATA / "problems.jsonl").read_text().splitlines():
        for candidate in json.loads(line)["candidates"]:
            yield candidate["response"], candidate["language"]
    for line in (DATA / "hub" / "mbpp.jsonl").read_text().splitlines():
        yield json.loads(line)["code"], "python3"


@pytest.mark.skipif(not DATA.exists(), reason="the labelled cases are not beside this checkout")
def test_every_labelled_program_comes_back_unchanged() -> None:
    count = 0
    for program, language in labelled():
        assert found(program, language) == program
        body = program if program.endswith("\n") else program + "\n"
        for tag in (min(LOOKS[language].tags), ""):
            assert found(f"Here it's:\n\n{fenced(body, tag)}\nSample output:\n{fenced('3', 'text')}", language) == body
        count += 1
    assert count > 700


@given(st.text(alphabet="`~ \n\r\tab'\"\\(){}=:#/*<>.python", max_size=200), st.sampled_from(sorted(LOOKS)))
def test_no_response_raises_and_nothing_is_invented(response: str, language: str) -> None:
    program = found(response, language)
    assert program is None or program.strip()
    assert program is None or all(line.strip() in response for line in program.splitlines())


LINES = ["x = '''", "'''", "```", "```python", "~~~", "print(1)", '"""', "It's", "/*", "*/"]


@given(st.lists(st.sampled_from(LINES), max_size=20))
def test_no_order_of_fences_and_quotes_raises(lines: list[str]) -> None:
    for language in ("python3", "cpp"):
        found("\n".join(lines), language)


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(KeyError, match="cobol"):
        found(SOLUTION, "cobol")


# fmt: off
HOSTILE = [
    "`", "```\n", "``` ", "~~~\n", "```python\n", "```python\n'''\n```\n", "'", '\\"', "'''", "\\'''", "/*", "(", "x[",
    " ", "\n", " \n", "a\n", "a=1\n", "#\n", "f();", "import a,", "<answer>", "</think>", "def f(\n", "{", "\\",
    "\0", "1e",
]
# fmt: on


def seconds_for(response: str) -> float:
    """CPU seconds for two languages together."""
    before = time.process_time()
    for language in ("python3", "cpp"):
        found(response, language, function="f", starter_code="class Solution:\n    def f(self):\n        ")
    return time.process_time() - before


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("start", ["", "It's\n```python\n", "import sys\n"])
def test_time_is_linear(start: str, piece: str) -> None:
    assert seconds_for(start + piece * (1_000_000 // len(piece))) < 10  # a quadratic step would take minutes


BEGINNINGS = ("class ", "type ", "function ", "import ", 'import "', "fn ", "int ", "for ", "use ", "read ", "(", "a<")


@pytest.mark.parametrize("language", ["python3", "cpp", "java", "javascript", "typescript", "go", "rust", "bash"])
@pytest.mark.parametrize("end", [".", " x"])
def test_time_is_linear_in_a_line_that_begins_as_code(language: str, end: str) -> None:
    before = time.process_time()
    for beginning in BEGINNINGS:
        for piece in ("a", " ", '" '):
            found(beginning + piece * (60_000 // len(piece)) + end, language)
    assert time.process_time() - before < 5  # each quadratic step would take longer alone


@pytest.mark.parametrize("piece", ["`", "```\n", "``` ", "\n"])
def test_ten_megabytes_take_under_a_second(piece: str) -> None:
    assert min(seconds_for(piece * (10_000_000 // len(piece))) for _ in range(2)) < 1
