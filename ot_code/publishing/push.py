"""The push to the hub: every large file uploaded first, then one commit that makes all of it visible at once.

What was uploaded stays uploaded, so a push that was stopped goes on where it was when the same command is given again,
and a commit whose answer was lost is not made twice. Faults that pass (429, 5xx, a cut connection) are tried again;
nobody sees a dataset that is half there. Files of an earlier push that are no part of this one go with the same commit.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ot_code.errors import MissingExtraError, OutputError, UsageError
from ot_code.publishing.secrets import without_secrets

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, HfApi

Result = TypeVar("Result")

PAUSE_S = 1.0  # before the second try; twice as long before each further one
LONGEST_PAUSE_S = 120.0
TRIES = 7
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_BATCH_FILES = 16
_TYPE = "dataset"
_ASIDE = ("README.md", "dataset_info.json")
_FIGURES = "figures"
_OURS = ("verified", "unverified", "metadata", _FIGURES)  # folders whose files are this program's to remove
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a dataset is pushed to. The token is shown nowhere."""

    repo: str
    private: bool
    token: str = field(repr=False)
    endpoint: str | None = None

    @classmethod
    def of(cls, name: str) -> Destination:
        """What "owner/name", or a name for HF_ORG to own, means with HF_PRIVATE, HF_TOKEN and HF_ENDPOINT.

        Raises UsageError naming the variable; MissingExtraError without huggingface_hub.
        """
        private = _private(os.environ.get("HF_PRIVATE"))
        owner, slash, rest = name.partition("/")
        if not slash:
            owner, rest = os.environ.get("HF_ORG", ""), name
            if not owner:
                raise UsageError(f"--push {name}: has no owner; write owner/name, or set HF_ORG")
        if not (_REPO.fullmatch(owner) and _REPO.fullmatch(rest)):
            raise UsageError(f"--push {name}: {owner}/{rest} is no name of a dataset on the hub (owner/name)")
        try:
            from huggingface_hub import get_token  # noqa: PLC0415 - an extra, and slow to import
        except ImportError as error:
            raise MissingExtraError("--push needs huggingface_hub: pip install 'ot-code[hub]'") from error
        token = os.environ.get("HF_TOKEN") or get_token()
        if not token:
            raise UsageError("--push: HF_TOKEN is not set; it must hold a token that may write to the hub")
        return cls(f"{owner}/{rest}", private, token, os.environ.get("HF_ENDPOINT") or None)


def _private(text: str | None) -> bool:
    if text is None:
        return True
    found = _WORDS.get(text.strip().lower())
    if found is None:
        raise UsageError(f"HF_PRIVATE must be one of {', '.join(_WORDS)}, not {text!r}; unset, it means true")
    return found


def push_folder(folder: Path, to: Destination, *, configs: Sequence[str], quiet: bool = False) -> str:
    """Pushes a published folder; returns the repository's address. Raises OutputError saying what the hub answered."""
    return _Push(folder, to, quiet=quiet).run(configs)


class _Push:
    def __init__(self, folder: Path, to: Destination, *, quiet: bool) -> None:
        from huggingface_hub import HfApi  # noqa: PLC0415 - slow to import
        from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]  # noqa: PLC0415

        self._folder = folder
        self._to = to
        self._quiet = quiet
        self._api: HfApi = HfApi(endpoint=to.endpoint, token=to.token)
        if quiet or not sys.stderr.isatty():
            disable_progress_bars()

    def run(self, configs: Sequence[str]) -> str:
        url = self._create()
        files = list(self._files(configs))
        additions = self._additions(files)
        for first in range(0, len(additions), _BATCH_FILES):
            batch = additions[first : first + _BATCH_FILES]
            self._say(f"uploading files {first + 1} to {first + len(batch)} of {len(additions)}")
            upload = partial(self._api.preupload_lfs_files, self._to.repo, batch, repo_type=_TYPE)
            self._again(f"uploading {batch[0].path_in_repo}", upload)
        self._say("committing")
        prepared = [additions]
        # Another try asks the hub anew what it has: the commit may have been made, and its answer lost.
        self._again("committing", lambda: self._commit(prepared.pop() if prepared else self._additions(files), files))
        self._check(files)
        return url

    def _additions(self, files: Sequence[str]) -> list[CommitOperationAdd]:
        from huggingface_hub import CommitOperationAdd  # noqa: PLC0415 - slow to import

        return [CommitOperationAdd(name, self._folder / name) for name in files]

    def _create(self) -> str:
        repo, private = self._to.repo, self._to.private
        made = self._again(
            "creating the repository",
            lambda: self._api.create_repo(repo, repo_type=_TYPE, private=private, exist_ok=True),
        )
        is_private = self._again("looking at it", lambda: self._api.repo_info(repo, repo_type=_TYPE)).private
        if private and not is_private:
            raise OutputError(
                f"{repo} is there already, and public; HF_PRIVATE asks for a private one: set it to false to push all "
                "the same, or name another"
            )
        return str(made)

    def _files(self, configs: Sequence[str]) -> Iterator[str]:
        for config in configs:
            yield from sorted(f"{config}/{path.name}" for path in (self._folder / config).glob("*.parquet"))
        yield from sorted(f"{_FIGURES}/{path.name}" for path in (self._folder / _FIGURES).glob("*.svg"))
        yield from (name for name in _ASIDE if (self._folder / name).exists())

    def _commit(self, additions: list[CommitOperationAdd], files: Sequence[str]) -> None:
        from huggingface_hub import CommitOperationDelete  # noqa: PLC0415 - slow to import

        there = self._api.list_repo_files(self._to.repo, repo_type=_TYPE)
        stale = sorted(name for name in {*there} - {*files} if name.split("/")[0] in _OURS)
        operations: list[CommitOperationAdd | CommitOperationDelete] = [*additions, *map(CommitOperationDelete, stale)]
        message = f"Publish {len(files)} files with ot-code"
        self._api.create_commit(self._to.repo, operations, commit_message=message, repo_type=_TYPE)

    def _check(self, files: Sequence[str]) -> None:
        """Raises OutputError unless each file is there, as large as here."""
        tree = self._again(
            "looking at what is there",
            lambda: list(self._api.list_repo_tree(self._to.repo, recursive=True, repo_type=_TYPE)),
        )
        sizes = {entry.path: getattr(entry, "size", None) for entry in tree}
        wrong = [name for name in files if sizes.get(name) != (self._folder / name).stat().st_size]
        if wrong:
            raise OutputError(f"{self._to.repo}: {', '.join(wrong[:3])} did not arrive whole; give the command again")

    def _again(self, what: str, call: Callable[[], Result]) -> Result:
        """What the call returns; a fault that passes is tried again. Raises OutputError."""
        pause_s = PAUSE_S
        for left in range(TRIES - 1, -1, -1):
            try:
                return call()
            except Exception as error:
                asked_s = _passes(error)
                if asked_s is None or left == 0:
                    raise OutputError(f"{self._to.repo}: {what} failed: {_told(error)}{_mend(error)}") from error
                wait_s = max(asked_s, pause_s * random.uniform(0.75, 1.25))  # noqa: S311 - only spreads callers
                self._say(f"{what} failed ({_told(error)}); again in {wait_s:.0f} s")
                time.sleep(min(wait_s, LONGEST_PAUSE_S))
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        raise AssertionError  # the loop returns or raises

    def _say(self, text: str) -> None:
        if not self._quiet:
            sys.stderr.write(f"push to {self._to.repo}: {text}\n")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _passes(error: Exception) -> float | None:
    """How long to wait at least before another try, in seconds; None for a fault that will not pass."""
    for each in _chain(error):
        response = getattr(each, "response", None)
        status = getattr(response, "status_code", None)
        if status is not None:
            return _asked_s(response) if status in _PASSING else None
        if isinstance(each, (ConnectionError, TimeoutError)):
            return 0.0
        # of whichever HTTP library huggingface_hub has: httpx2, httpx or requests
        if type(each).__module__.split(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3"):
            return 0.0
    return None


def _asked_s(response: Any) -> float:
    try:
        return max(0.0, float(response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0  # a date, which no hub sends


def _told(error: Exception) -> str:
    # What the library says last is "Error while uploading", and what lies at the bottom is why.
    chain = list(_chain(error))
    first = next((each for each in chain if getattr(each, "response", None) is not None), chain[-1])
    text = " ".join(str(first).split())
    return without_secrets(text)[:300] or type(error).__name__


def _mend(error: Exception) -> str:
    status = next(
        (code for each in _chain(error) if (code := getattr(getattr(each, "response", None), "status_code", None))),
        None,
    )
    if status in (401, 403):
        return "; HF_TOKEN must hold a token that may write there"
    return "; give the same command to go on" if status is None or status in _PASSING else ""
