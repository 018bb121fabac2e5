from collections.abc import Iterator

import pytest

from math_pipeline import MathVerifier


@pytest.fixture(scope="session")
def verifier() -> Iterator[MathVerifier]:
    with MathVerifier(workers=2) as made:
        yield made
