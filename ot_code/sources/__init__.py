"""Sources: rows of any known schema, as standard rows.

    rows = open_source("codeparrot/apps", split="train")             # or standard_rows(open_input(...))
    for row in rows: ...                                             # those that could be read
    for outcome in rows.outcomes(): ...                              # all of them; what cannot be read is a Removal

A standard row is a plain row (docs/datasets.md): `id`, `problem`, `domain`, `source` always; `answer` and `test_cases`
where it has them; `candidates` where there are answers; limits, checker, starter code, language as the source has them.
What else stands in the source's row is kept. `ot-code verify` judges standard rows of several sources in one table as
it judges each source by itself.
"""

from __future__ import annotations

from ot_code.sources.standard import SourceRows, Standardiser, open_source, standard_rows

__all__ = ["SourceRows", "Standardiser", "open_source", "standard_rows"]
