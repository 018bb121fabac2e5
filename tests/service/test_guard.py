"""What every request passes: keys, sizes, pace, turns, deadlines, and callers that leave."""

from __future__ import annotations

import base64
import json
import resource
import signal
import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from running import running

from ot_code.cli import main
from ot_code.service.weight import weight

HELLO = {"code": "print('hi')", "language": "python"}
SLEEP = "import time; time.sleep({})"


def talk(server, data, wait=10.0):
    """All that comes back for these bytes, sent as they are."""
    with socket.create_connection((server.host, server.port), timeout=wait) as sock:
        sock.sendall(data)
        said = b""
        try:
            while got := sock.recv(65536):
                said += got
                if b"\r\n\r\n" in said and b"content-length" in said.lower():
                    head, _, body = said.partition(b"\r\n\r\n")
                    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                    if len(body) >= length:
                        break
        except TimeoutError:
            pass
        return said


def head(length, path="/run_code", kind="application/json"):
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode()


# ---- bodies ----


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"\xff\xfe\x00", 400),
        (b'{"code": "\xff"}', 400),
        (b'{"code": NaN, "language": "python"}', 422),
        (b'{"code": "1", "language": "python", "run_timeout": NaN}', 422),
        (b'{"code": "1", "language": "python", "run_timeout": 1e999}', 422),
        (b"[" * 100_000, 400),
        (b'{"code": ' + b"9" * 5_000 + b"}", 400),
    ],
)
@pytest.mark.parametrize(
    "path", ["/run_code", "/v1/run", "/v1/judge", "/submit", "/run_jupyter", "/execute", "/v1/math"]
)
def test_bodies_that_mean_nothing(server, path, body, status):
    told, answer = server.ask("POST", path, body)
    assert told in (status, 422), answer
    assert answer["detail"]


def test_a_giant_body_is_refused_at_its_head(server):
    said = talk(server, head(1 << 40) + b"{")
    assert said.startswith(b"HTTP/1.1 413")
    with running("--jobs", "1", "--body-mb", "1") as small:
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        begin = b"POST /run_code HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert talk(small, begin + chunk * 17).startswith(b"HTTP/1.1 413")
        assert small.post("/run_code", HELLO)["status"] == "Success"


@pytest.mark.parametrize("more", [{}, {"X_API_Key": "wrong"}])
def test_a_caller_that_sends_all_of_its_body_first_sees_why_it_was_refused(more, tmp_path, capsys):
    file = tmp_path / "keys"
    main(["serve", "--keys", str(file), "--new-key", "one"])
    known = more or {"X_API_Key": capsys.readouterr().out.strip()}
    with running("--jobs", "1", "--body-mb", "1", "--keys", str(file)) as small:
        for _ in range(3):
            status, _, content = small.raw("POST", "/run_code", b" " * (60 << 20), **known)
            assert (status, "message" in json.loads(content)) == (401 if more else 413, True)


@pytest.mark.parametrize("junk", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b"\x00" * 100])
def test_what_is_no_http_is_400(server, junk):
    said = talk(server, junk)
    assert said.startswith(b"HTTP/1.1 400")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["message"]


def test_a_head_without_end_is_ended(server):
    said = talk(server, b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(200)))
    assert said.startswith(b"HTTP/1.1 400")


def test_slow_callers_do_not_hold_connections():
    with running("--jobs", "1", "--head-s", "1", "--body-s", "1") as server:
        begun = time.monotonic()
        assert talk(server, b"GET / HTTP/1.1\r\nHost:").startswith(b"HTTP/1.1 408")
        assert talk(server, head(100) + b"{").startswith(b"HTTP/1.1 408")
        assert talk(server, b"").startswith(b"HTTP/1.1 408")  # nothing said at all
        assert time.monotonic() - begun < 8
        assert server.post("/run_code", HELLO)["status"] == "Success"


def test_an_answer_that_nobody_takes_is_let_go():
    with running("--jobs", "1", "--body-s", "1") as server:
        body = json.dumps({"code": "print('x' * (40 << 20))", "language": "python"}).encode()
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect((server.host, server.port))
            sock.sendall(head(len(body)) + body)
            time.sleep(0.5)
            process, held = psutil.Process(server.process.pid), 1
            until = time.monotonic() + 30
            while held and time.monotonic() < until:  # the server's side of the connection
                held = sum(each.raddr == sock.getsockname() for each in process.net_connections() if each.raddr)
                time.sleep(0.1)
            assert held == 0
        # Who takes it slowly gets it whole.
        with socket.create_connection((server.host, server.port)) as sock:
            sock.sendall(head(len(body)) + body)
            said = bytearray()
            begun = time.monotonic()
            while len(said) < 40 << 20:
                piece = sock.recv(4 << 20)
                assert piece
                said += piece
                if time.monotonic() - begun < 3:
                    time.sleep(0.2)


def test_a_body_of_many_values_is_refused_before_it_is_read():
    values = b"[]," * (1 << 18)
    with running("--jobs", "1", "--body-mb", "8") as server:
        for body, wanted in [
            (b'{"code": "print(1)", "language": "python", "more": [' + values + b"0]}", 413),
            (b'{"code": "print(1)", "language": "python", "stdin": "' + values + b'"}', 200),
            (b'{"code": "print(1)", "language": "python", "stdin": "\\"' + values + b'\\\\"}', 200),
        ]:
            assert server.raw("POST", "/run_code", body)[0] == wanted


@pytest.mark.parametrize(
    "value",
    [
        [[]] * 50_000,
        [{}] * 50_000,
        ["a"] * 50_000,
        {str(n): 'a"\\,' for n in range(50_000)},
        "[]," * 50_000,
        '\\"' * 50_000,
    ],
)
def test_what_a_body_will_weigh(value):
    body = json.dumps(value).encode()
    count = len(value) if not isinstance(value, str) else 0
    assert count * 20 <= weight(body) <= count * 80 + 200


# ---- keys ----


def test_keys(tmp_path, capsys):
    file = tmp_path / "keys"
    assert main(["serve", "--keys", str(file), "--new-key", "trainer"]) == 0
    key = capsys.readouterr().out.strip()
    assert key not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with running("--jobs", "1", "--keys", str(file)) as server:
        status, headers, content = server.raw("POST", "/run_code", HELLO)
        assert (status, "www-authenticate" in {name.lower() for name in headers}) == (401, True)
        assert "key" in json.loads(content)["detail"]
        for path in ("/v1/load", "/metrics", "/openapi.json", "/api/v2/runtimes"):
            assert server.raw("GET", path)[0] == 401
        for path in ("/", "/healthz", "/readyz"):
            assert server.raw("GET", path)[0] == 200
        basic = base64.b64encode(f"any:{key}".encode()).decode()
        for header in ({"Authorization": f"Bearer {key}"}, {"Authorization": f"Basic {basic}"}, {"X_API_Key": key}):
            assert server.ask("POST", "/run_code", HELLO, **header)[0] == 200
        for header in ({"Authorization": f"Bearer {key}x"}, {"Authorization": "Basic !"}, {"X_API_Key": ""}):
            assert server.ask("POST", "/run_code", HELLO, **header)[0] == 401


def test_a_key_is_needed_where_others_can_reach_it(tmp_path, capsys):
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    assert "--keys" in capsys.readouterr().err
    bad = tmp_path / "keys"
    bad.write_text("only-a-name\n")
    assert main(["serve", "--keys", str(bad), "--port", "0"]) == 1
    assert "line 1" in capsys.readouterr().err
    assert main(["serve", "--new-key", "x"]) == 2


# ---- turns ----


def test_a_deadline_that_passes_is_503_and_says_when(server):
    body = {"source": SLEEP.format(5), "deadline_s": 0.5, "limits": {"wall_time_s": 10}}
    begun = time.monotonic()
    status, headers, content = server.raw("POST", "/v1/run", body)
    assert (status, time.monotonic() - begun < 4.5) == (503, True)
    assert int(headers["retry-after"]) >= 1
    assert "deadline" in json.loads(content)["detail"]
    assert server.post("/v1/run", {"source": "print(1)"})["execution"]["stdout"] == "1\n"


def test_a_caller_that_leaves_frees_its_place():
    with running("--jobs", "1") as server:
        body = json.dumps({"code": SLEEP.format(20), "language": "python", "run_timeout": 30}).encode()
        socks = []
        for _ in range(3):  # one runs, two wait
            sock = socket.create_connection((server.host, server.port))
            sock.sendall(head(len(body)) + body)
            socks.append(sock)
        server.until(slots=1, busy=1, waiting=2)
        for sock in socks:
            sock.close()
        begun = time.monotonic()
        assert server.post("/run_code", HELLO)["run_result"]["stdout"] == "hi\n"
        assert time.monotonic() - begun < 15
        assert server.ask("GET", "/v1/load")[1]["waiting"] == 0
        assert b"ot_code_disconnects_total 3.0" in server.raw("GET", "/metrics")[2]


def test_one_greedy_caller_does_not_starve_another(tmp_path, capsys):
    file = tmp_path / "keys"
    keys = []
    for name in ("greedy", "modest"):
        main(["serve", "--keys", str(file), "--new-key", name])
        keys.append({"X_API_Key": capsys.readouterr().out.strip()})
    body = {"code": SLEEP.format(0.2), "language": "python", "run_timeout": 5}
    with running("--jobs", "1", "--keys", str(file)) as server, ThreadPoolExecutor(40) as threads:
        greedy = [threads.submit(server.ask, "POST", "/run_code", body, **keys[0]) for _ in range(30)]
        time.sleep(0.5)
        before = sum(each.done() for each in greedy)
        for _ in range(3):
            assert server.ask("POST", "/run_code", HELLO, **keys[1])[0] == 200
        after = sum(each.done() for each in greedy)
        assert after < len(greedy), "the greedy caller was done before the modest one was asked for"
        assert after - before <= 15, "the modest caller has each second turn: three, and what was under way"
        for each in greedy:
            each.cancel()


def test_bodies_that_one_caller_holds_back_leave_room_for_others():
    part = head(2 << 20) + b" " * (2_000_000)
    with running("--jobs", "1", "--body-mb", "2", "--held-mb", "8") as small:
        socks = [socket.create_connection((small.host, small.port), timeout=20) for _ in range(4)]
        try:
            answers = []
            for sock in socks:
                sock.sendall(part)
                sock.settimeout(1 if len(answers) < 3 else 20)
                try:
                    answers.append(sock.recv(12))
                except TimeoutError:
                    answers.append(b"")
            assert answers == [b"", b"", b"", b"HTTP/1.1 503"]
            body = json.dumps({**HELLO, "stdin": "x" * 1_900_000}).encode()
            with socket.create_connection((small.host, small.port), 20, ("127.0.0.2", 0)) as sock:
                sock.sendall(head(len(body)) + body)
                assert sock.recv(12) == b"HTTP/1.1 200"
        finally:
            for sock in socks:
                sock.close()


def test_many_connections_are_all_answered(server):
    count = 2000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 200 <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + 200, hard))
    body = json.dumps(HELLO).encode()
    socks = [socket.create_connection((server.host, server.port), timeout=60) for _ in range(count)]
    try:
        for sock in socks:
            sock.sendall(head(len(body)) + body)
        whole = [sock.recv(4096) for sock in socks]
        answers = [each[:12] for each in whole]
    finally:
        for sock in socks:
            sock.close()
    assert [each for each in whole if each[:12] not in (b"HTTP/1.1 200", b"HTTP/1.1 503")] == []
    assert answers.count(b"HTTP/1.1 200") > count // 20


def test_requests_beyond_the_line_are_sent_away():
    with running("--jobs", "1", "--waiting", "2") as server, ThreadPoolExecutor(8) as threads:
        body = {"code": SLEEP.format(2.5), "language": "python"}
        statuses = sorted(
            status for status, _ in threads.map(lambda _: server.ask("POST", "/run_code", body), range(6))
        )
    assert statuses == [200, 200, 200, 503, 503, 503]


# ---- the end, and what is said ----


def test_told_to_stop_it_finishes_what_it_holds():
    with running("--jobs", "1") as server, ThreadPoolExecutor(4) as threads:
        body = {"code": SLEEP.format(2) + "; print('done')", "language": "python"}
        held = [threads.submit(server.ask, "POST", "/run_code", body) for _ in range(3)]
        server.until(busy=1, waiting=2)
        server.process.send_signal(signal.SIGTERM)
        assert [each.result()[1]["run_result"]["stdout"] for each in held] == ["done\n"] * 3
        assert server.process.wait(20) == 0


def test_what_cannot_be_finished_is_given_back():
    with running("--jobs", "1", "--drain", "0.5") as server, ThreadPoolExecutor(4) as threads:
        body = {"code": SLEEP.format(20), "language": "python", "run_timeout": 30}
        held = [threads.submit(server.raw, "POST", "/run_code", body) for _ in range(2)]
        server.until(busy=1, waiting=1)
        server.process.send_signal(signal.SIGTERM)
        for each in held:
            status, headers, _ = each.result()
            assert (status, "retry-after" in headers) == (503, True)
        assert server.process.wait(20) == 0


def test_logs_hold_no_code_unless_asked():
    secret = {"code": "print('s3cret')", "language": "python"}
    with running("--jobs", "1", "--log") as server:
        server.post("/run_code", secret)
        time.sleep(0.2)
        lines = [json.loads(line) for line in server.said]
    assert {"method", "route", "status", "caller", "bytes", "seconds"} <= set(lines[-1])
    assert "s3cret" not in str(lines)
    with running("--jobs", "1", "--log-code") as server:
        server.post("/run_code", secret)
        time.sleep(0.2)
        assert "s3cret" in "".join(server.said)


def test_metrics(server):
    server.post("/run_code", {"code": "raise ValueError", "language": "python"})
    server.post("/v1/judge", {"problem": {"tests": [{"expected": "1"}]}, "submissions": [{"response": "print(1)"}]})
    said = server.raw("GET", "/metrics")[2].decode()
    for name in ('verdicts_total{verdict="accepted"}', "queue_waiting", "slots 2.0", "jail_restarts", "fault_ratio",
                 'request_seconds_bucket{le="0.01",route="/run_code"}', "queue_seconds_sum", "jails_open"):  # fmt: skip
        assert f"ot_code_{name}" in said
