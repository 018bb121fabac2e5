"""The push: against a server that speaks the hub's API, with faults, killed in the middle, and without a token told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hub_server import TOKEN, Fault, HubServer, Repo
from verify_runs import RIGHT, WRONG, jsonl, plain, verify

from ot_code.cli import main
from ot_code.errors import OutputError, UsageError
from ot_code.publishing import push
from ot_code.publishing.push import Destination
from ot_code.stages.publish import PublishSettings, publish

# huggingface_hub's own use of its HTTP library
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
NAMES = ("HF_TOKEN", "HF_ORG", "HF_PRIVATE", "HF_ENDPOINT", "HF_HOME")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    rows = [plain(number, [RIGHT, WRONG]) for number in range(3)]
    assert verify(jsonl(folder / "rows.jsonl", rows), "--out", folder / "out") == 0
    return folder / "out"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    from huggingface_hub import constants

    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    with HubServer() as server:
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # the server speaks LFS
        monkeypatch.setattr(push, "PAUSE_S", 0.01)
        hasty = SimpleNamespace(**{**vars(time), "sleep": lambda _: None})
        monkeypatch.setattr("huggingface_hub.utils._http.time", hasty)  # its own pauses, and nobody else's
        yield server


def pushed(judged: Path, out: Path, to: str = "me/data", **more: str) -> dict[str, object]:
    return publish(PublishSettings(str(judged), out, push=to, **more), quiet=True)


def expected(out: Path) -> dict[str, int]:
    names = ("*/*.parquet", "figures/*.svg", "README.md", "dataset_info.json")
    return {str(path.relative_to(out)): path.stat().st_size for name in names for path in out.glob(name)}


def sizes(repo: Repo) -> dict[str, int]:
    return {name: size for name, (_, size) in repo.files.items()}


def test_all_of_it_arrives_in_one_commit_and_private(hub: HubServer, judged: Path, tmp_path: Path) -> None:
    summary = pushed(judged, tmp_path / "out")
    repo = hub.repos["me/data"]
    assert repo.private
    assert sizes(repo) == expected(tmp_path / "out")
    assert len(sizes(repo)) == 3 + 3 + 2
    assert len(repo.history) == 1
    assert summary["pushed"] == f"{hub.url}/datasets/me/data"


def test_the_same_again_uploads_nothing_and_commits_nothing(hub: HubServer, judged: Path, tmp_path: Path) -> None:
    pushed(judged, tmp_path / "out")
    before = list(hub.uploaded)
    pushed(judged, tmp_path / "out")
    assert hub.uploaded == before
    assert len(hub.repos["me/data"].history) == 1


def test_nothing_is_pushed_without_being_asked(hub: HubServer, judged: Path, tmp_path: Path) -> None:
    assert main(["publish", str(judged), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    assert hub.requests == []


FAULTS = {
    "creating": [Fault("POST", "/api/repos/create", 500, 2)],
    "too many requests": [Fault("POST", "preupload", 429, 3), Fault("POST", "commit", 429, 2)],
    "uploads fail": [Fault("PUT", "/lfs/", 500, 2), Fault("PUT", "/lfs/", "cut", 2)],
    "uploads fail longer than the library tries": [Fault("PUT", "/lfs/", 503, 9)],
    "the batch is cut": [Fault("POST", "objects/batch", "cut", 2)],
    "the commit is cut": [Fault("POST", "/commit/", "cut", 2)],
    "the commit fails": [Fault("POST", "/commit/", 502, 2)],
    "the commit is made and its answer lost": [Fault("POST", "/commit/", "lost")],
    "listing": [Fault("GET", "/tree/", 504, 1), Fault("GET", "/tree/", "cut", 1)],
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_that_pass_are_outlived(hub: HubServer, judged: Path, tmp_path: Path, name: str) -> None:
    hub.faults = [Fault(each.method, each.path, each.kind, each.times) for each in FAULTS[name]]
    pushed(judged, tmp_path / "out")
    assert [fault.times for fault in hub.faults] == [0] * len(hub.faults)  # all of them happened
    repo = hub.repos["me/data"]
    assert sizes(repo) == expected(tmp_path / "out")
    assert len(repo.history) == 1


def test_a_fault_that_stays_is_told_and_the_same_command_goes_on(
    hub: HubServer, judged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.faults = [Fault("POST", "/commit/", 500, 99)]
    words = ["publish", str(judged), "--out", str(tmp_path / "out"), "--push", "me/data"]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "me/data: committing failed" in said
    assert "give the same command to go on" in said
    assert TOKEN not in said
    uploaded = list(hub.uploaded)
    hub.faults = []
    assert main(words) == 0
    assert hub.uploaded == uploaded
    assert TOKEN not in "".join(capsys.readouterr())


def test_a_token_that_may_not_write_is_told_at_once(
    hub: HubServer, judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong-and-secret-token")
    with pytest.raises(OutputError, match="HF_TOKEN must hold a token that may write") as found:
        pushed(judged, tmp_path / "out")
    assert "wrong-and-secret" not in str(found.value)
    assert hub.uploaded == []
    assert len(hub.requests) <= 2


def test_what_was_private_does_not_go_into_a_public_repository(
    hub: HubServer, judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.repos["me/data"] = Repo(private=False)
    with pytest.raises(OutputError, match="is there already, and public"):
        pushed(judged, tmp_path / "out")
    assert hub.repos["me/data"].files == {}
    monkeypatch.setenv("HF_PRIVATE", "false")
    pushed(judged, tmp_path / "out")
    assert hub.repos["me/data"].files


def test_files_of_an_earlier_push_go_and_files_of_others_stay(hub: HubServer, judged: Path, tmp_path: Path) -> None:
    old = {"verified/train-00000-of-00002.parquet": ("x", 1), "raw/mine.txt": ("y", 1), ".gitattributes": ("z", 1)}
    hub.repos["me/data"] = Repo(private=True, files=dict(old))
    pushed(judged, tmp_path / "out")
    left = {name: 1 for name in old if not name.startswith("verified")}
    assert sizes(hub.repos["me/data"]) == {**expected(tmp_path / "out"), **left}


def test_a_file_that_did_not_arrive_whole_is_told(hub: HubServer, judged: Path, tmp_path: Path) -> None:
    hub._commit = lambda name, *_: (200, hub.committed(name))  # type: ignore[method-assign]
    with pytest.raises(OutputError, match="did not arrive whole"):
        pushed(judged, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "private"),
    [(None, True), ("true", True), ("1", True), ("YES", True), ("false", False), ("0", False), ("no", False)],
)
def test_who_may_see_it(monkeypatch: pytest.MonkeyPatch, text: str | None, private: bool) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_ORG", "org")
    monkeypatch.delenv("HF_PRIVATE", raising=False)
    if text is not None:
        monkeypatch.setenv("HF_PRIVATE", text)
    found = Destination.of("data")
    assert (found.repo, found.private) == ("org/data", private)
    assert TOKEN not in repr(found)


@pytest.mark.parametrize("text", ["", "public", "False!", "2", "none"])
def test_a_word_that_says_neither_is_refused_before_anything_is_written(
    hub: HubServer, judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("HF_PRIVATE", text)
    with pytest.raises(UsageError, match="HF_PRIVATE must be one of true, 1, yes, false, 0, no"):
        pushed(judged, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert hub.requests == []


def test_a_name_without_an_owner_and_a_missing_token_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="set HF_ORG"):
        Destination.of("data")
    with pytest.raises(UsageError, match="is no name of a dataset"):
        Destination.of("a/b/c")
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    with pytest.raises(UsageError, match="HF_TOKEN is not set"):
        Destination.of("me/data")


def test_no_token_stands_in_any_file(hub: HubServer, judged: Path, tmp_path: Path) -> None:
    pushed(judged, tmp_path / "out")
    for path in (tmp_path / "out").rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes()


def test_a_push_killed_in_the_middle_goes_on(hub: HubServer, judged: Path, tmp_path: Path) -> None:
    """The process dies after some files; those are not uploaded again, and nobody has seen half a dataset."""
    out = tmp_path / "out"
    environment = {**os.environ, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "ot_code", "publish", str(judged), "--out", str(out), "--push", "me/data"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as running:
        hub.on_upload = running.kill  # before an upload is answered: nothing can have been committed
        assert running.wait(120) == -signal.SIGKILL
    assert hub.uploaded
    assert hub.repos["me/data"].history == []
    hub.on_upload = None
    time.sleep(1)  # uploads that were under way end
    before = list(hub.uploaded)
    done = subprocess.run(
        [*command, "--json"], env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["pushed"].endswith("/datasets/me/data")
    assert sizes(hub.repos["me/data"]) == expected(out)
    assert len(hub.repos["me/data"].history) == 1
    assert not {*before} & {*hub.uploaded[len(before) :]}
    assert len({*hub.uploaded}) == 3
