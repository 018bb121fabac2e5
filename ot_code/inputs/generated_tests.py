"""The generated tests of open-r1/codeforces: Parquet files of their own, one a contest, beside the dataset's rows.

Where they are: the folder that CF_TESTS_FOLDER names (as for open-r1's own rewards; the files in it, or in its
`generated_tests`), else a folder `generated_tests` beside the input, or one or two levels above it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from code_pipeline.errors import RowError
from ot_code.errors import UsageError
from ot_code.inputs.files import find_files

VARIABLE = "CF_TESTS_FOLDER"
READER = "codeforces"  # whose rows have such tests
_FOLDER = "generated_tests"
_FILES = "test_cases_*.parquet"
_NEEDED = ("problem_id", "input", "output")
_NUMBER = "test_case_i"
_LONGEST = 20  # digits of a contest's number


@dataclass(frozen=True, slots=True)
class GeneratedTests:
    """The files in one folder; called with a problem's id, it hands back the problem's tests."""

    folder: Path

    def __call__(self, problem_id: str) -> list[dict[str, Any]] | None:
        """The tests as {"input", "output"}, in their order; None without a file of the contest. Raises RowError."""
        file = self._file(problem_id.partition("/")[0])
        if file is None:
            return None
        # pyarrow takes a fifth of a second to import: only inputs that need it pay
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        try:
            names = pq.read_schema(file).names
            missing = [name for name in _NEEDED if name not in names]
            if missing:
                raise RowError(f"{file}: has no column {', '.join(missing)}; it has {', '.join(names)}")
            columns = [*_NEEDED, *((_NUMBER,) if _NUMBER in names else ())]
            table = pq.read_table(file, columns=columns, filters=[("problem_id", "=", problem_id)])
        except (OSError, pa.ArrowException) as error:
            raise RowError(f"{file}: its tests cannot be read ({error!s:.200}); download it again") from error
        if _NUMBER in columns:
            table = table.sort_by(_NUMBER)
        return [{"input": row["input"], "output": row["output"]} for row in table.to_pylist()]

    def _file(self, contest: str) -> Path | None:
        if not (contest.isascii() and contest.isdigit() and len(contest) <= _LONGEST):
            return None  # what names no contest may name a file elsewhere
        names = (f"test_cases_{contest.lstrip('0').zfill(4)}.parquet", f"test_cases_{contest}.parquet")
        return next((file for name in names if (file := self.folder / name).is_file()), None)

    def identity(self) -> dict[str, Any]:
        """For run.json: of the names and sizes of the files, too many and too large to be read for it."""
        files = sorted((file.name, file.stat().st_size) for file in self.folder.glob(_FILES))
        digest = hashlib.blake2b(repr(files).encode(), digest_size=16).hexdigest()
        return {"generated_tests": str(self.folder), "generated_tests_fingerprint": digest}


def generated_tests_for(reader: str, spec: str, split: str | None = None) -> GeneratedTests | None:
    """Those for the rows of `spec` (a file, folder, glob or hub dataset) that `reader` reads, None where none is found.

    Raises UsageError where CF_TESTS_FOLDER names no folder with such files.
    """
    if reader != READER:
        return None
    named = os.environ.get(VARIABLE)
    if named:
        root = Path(named).expanduser()
        found = _first_with_files([root, root / _FOLDER])
        if found is None:
            raise UsageError(
                f"{VARIABLE}={named}: there are no files {_FILES} in it or in its {_FOLDER}; name the folder of "
                "open-r1/codeforces' generated tests, or unset the variable"
            )
        return GeneratedTests(found)
    files = find_files(spec, split)
    if files is None:
        return None
    start = files[0].resolve().parent
    found = _first_with_files([above / _FOLDER for above in (start, *start.parents[:2])])
    return None if found is None else GeneratedTests(found)


def _first_with_files(folders: Sequence[Path]) -> Path | None:
    return next((folder for folder in folders if next(folder.glob(_FILES), None) is not None), None)
