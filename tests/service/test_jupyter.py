"""/run_jupyter: what a notebook's user expects of its cells."""

from __future__ import annotations

import base64


def cells(server, *sources, **more):
    done = server.post("/run_jupyter", {"cells": list(sources), **more})
    assert done["status"] == "Success", done
    return done["cells"]


def test_a_traceback_is_the_cells_alone(server):
    raised, broken = cells(server, "def f():\n    1 / 0\nf()", "x = (")
    text = "".join(raised["error"][0]["traceback"])
    assert text.splitlines()[:5] == [
        "Traceback (most recent call last):", '  File "<cell 1>", line 3, in <module>', "    f()",
        '  File "<cell 1>", line 2, in f', "    1 / 0",
    ]  # fmt: skip
    assert broken["error"][0]["ename"] == "SyntaxError"
    assert broken["error"][0]["traceback"][0] == '  File "<cell 2>", line 1\n'
    said = server.post("/execute", {"generated_code": "1 / 0", "language": "ipython"})["stderr"]
    assert said.startswith('Traceback (most recent call last):\n  File "<cell 1>", line 1, in <module>\n    1 / 0\n')


def test_what_its_processes_and_threads_print_is_the_cells(server):
    one, two = cells(
        server,
        "import os, subprocess\nprint('a'); os.system('echo b; echo c >&2')\nsubprocess.run(['echo', 'd']);",
        "import threading\nt = threading.Thread(target=print, args=('e',)); t.start(); t.join()",
    )
    assert (one["stdout"], one["stderr"], one["display"]) == ("a\nb\nd\n", "c\n", [])
    assert two["stdout"] == "e\n"


def test_what_is_displayed(server):
    rich = "class D:\n    def _repr_html_(self): return '<b>x</b>'\nD()"
    shown = [
        cell["display"] for cell in cells(server, "1 + 1;", "display(1, 2)\n3", rich, "None", "'a'  # ;", "_ + 'b'")
    ]
    assert shown[0] == shown[3] == []
    assert [each["text/plain"] for each in shown[1]] == ["1", "2", "3"]
    assert shown[2][0]["text/html"] == "<b>x</b>"
    assert [each[0]["text/plain"] for each in shown[4:]] == ["'a'", "'ab'"]


def test_await_outside_of_functions(server):
    _, two, three = cells(
        server,
        "import asyncio\nq = asyncio.Queue()",
        "await q.put(5)\nawait q.get()",
        "asyncio.run(asyncio.sleep(0, 6))",
    )
    assert [each["display"][0]["text/plain"] for each in (two, three)] == ["5", "6"]


def test_an_exception_that_cannot_say_what_it_is(server):
    bad, after = cells(server, "class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "print(1)")
    assert bad["error"][0]["evalue"] == "<exception str() failed>"
    assert after["stdout"] == "1\n"


def test_the_machinerys_files_are_not_in_the_way(server):
    mine = {"cells.json": base64.b64encode(b"mine").decode()}
    done = server.post(
        "/run_jupyter",
        {"cells": ["print(open('cells.json').read())", "open('cells.result', 'w').write('too')"], "files": mine,
         "fetch_files": ["cells.result"], "kernel": None, "memory_limit_MB": -7},
    )  # fmt: skip
    assert done["cells"][0]["stdout"] == "mine\n"
    assert base64.b64decode(done["files"]["cells.result"]) == b"too"
