"""Near-duplicates: the decisions of comparing all pairs, for any texts and thresholds; nothing removed wrongly."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from ot_code.errors import UsageError
from ot_code.similar import confirm
from ot_code.similar.bounds import Bound
from ot_code.similar.candidates import candidates, refined
from ot_code.similar.duplicates import NONE, earliest_matches
from ot_code.similar.items import ClosestItem, SharedWords, words_of
from ot_code.similar.sketches import Alphabet, Sketches

LETTERS = "etaoinshrdlu"


def all_pairs(texts, threshold):
    """The rule itself: of each text the first earlier one that it is too like."""
    return [
        next((at for at in range(number) if fuzz.ratio(texts[at], text) >= threshold), NONE)
        for number, text in enumerate(texts)
    ]


def edited(rng, text, steps):
    letters = list(text)
    for _ in range(steps):
        at = rng.randrange(len(letters) + 1)
        if rng.random() < 0.5 and at < len(letters):
            del letters[at]
        else:
            letters.insert(at, rng.choice(LETTERS))
    return "".join(letters)


def family(rng, length, threshold):
    """A text and others whose ratios with it, and with each other, lie about the threshold."""
    words = ["".join(rng.choices(LETTERS, k=rng.randint(1, 9))) for _ in range(40)]
    first = " ".join(rng.choices(words, k=length))[:length]
    steps = round(2 * length * (100 - threshold) / 100)
    texts = [first]
    for _ in range(6):
        texts.append(edited(rng, rng.choice(texts), max(0, steps + rng.randint(-2, 2))))
    texts.append(first[: length // 2] + "".join(rng.choices(LETTERS, k=length // 10)) + first[length // 2 :])
    texts.append(first[length // 10 :] + first[: length // 10])
    return texts


@settings(max_examples=150)
@given(st.lists(st.text(max_size=24), max_size=20), st.floats(1, 100))
def test_any_texts_at_any_threshold(texts, threshold):
    assert earliest_matches(texts, threshold).tolist() == all_pairs(texts, threshold)


@settings(max_examples=150)
@given(st.lists(st.text("ab ", max_size=30), max_size=25), st.sampled_from([50, 66.6, 75, 80, 90, 95, 100]))
def test_texts_that_are_much_alike(texts, threshold):
    assert earliest_matches(texts, threshold).tolist() == all_pairs(texts, threshold)


@settings(max_examples=40)
@given(
    st.integers(0, 2**32),
    st.sampled_from([1, 9, 39, 100, 399, 420, 900, 1100, 2100]),
    st.sampled_from([80, 90, 95, 99]),
)
def test_families_about_the_threshold(seed, length, threshold):
    rng = random.Random(seed)
    texts = [text for _ in range(2) for text in family(rng, length, threshold)]
    rng.shuffle(texts)
    assert earliest_matches(texts, threshold).tolist() == all_pairs(texts, threshold)


def test_chains_templates_blocks_and_stretches_of_many_texts():
    rng = random.Random(5)
    prefix = "Let n be a whole number. " * 3
    texts = [f"{prefix}{rng.randrange(10**9)}?" for _ in range(900)]
    texts += [f"What is {rng.randrange(100)} + {rng.randrange(100)}?" for _ in range(900)]
    chain = ["the quick brown fox jumps over the lazy dog and far away again"]
    for _ in range(40):
        chain.append(edited(rng, chain[-1], 2))
    texts += chain
    rng.shuffle(texts)
    found = earliest_matches(texts, 95)
    assert found.tolist() == all_pairs(texts, 95)
    assert 100 < (found != NONE).sum() < len(texts)


def test_a_text_that_is_like_a_removed_one_only_goes_too():
    one = "a" * 60 + "bcdefghijk" * 4
    two, three = "x" * 5 + one[5:], "x" * 5 + one[5:-5] + "y" * 5
    assert (fuzz.ratio(one, two), fuzz.ratio(two, three)) == (95, 95)
    assert fuzz.ratio(one, three) < 95
    assert earliest_matches([one, two, three], 95).tolist() == [NONE, 0, 1]


def test_empty_texts_emoji_and_lone_surrogates():
    texts = ["", "a", "", "😀" * 40, "😀" * 39 + "😁", "\ud800" * 40, "\ud800" * 39, "漢字" * 300, "漢字" * 299 + "漢"]
    assert earliest_matches(texts, 95).tolist() == all_pairs(texts, 95) == [NONE, NONE, 0, NONE, 3, NONE, 5, NONE, 7]
    assert earliest_matches([], 95).tolist() == []


def test_texts_longer_than_counts_can_hold():
    rng = random.Random(2)
    texts = ["a" * 70_000, "a" * 66_000, "b" * 70_000, "".join(rng.choices("ab", k=40_000))]
    texts.append(edited(rng, texts[-1], 900))
    assert earliest_matches(texts, 95).tolist() == all_pairs(texts, 95)


@pytest.mark.parametrize("threshold", [0, -1, 100.5, float("nan")])
def test_a_threshold_outside_is_refused(threshold):
    with pytest.raises(UsageError, match="above 0 and at most 100"):
        earliest_matches(["a"], threshold)


def test_the_filter_leaves_little_to_compare():
    rng = random.Random(3)
    words = ["".join(rng.choices(LETTERS, k=rng.randint(2, 9))) for _ in range(2000)]
    texts = sorted((" ".join(rng.choices(words, k=rng.randint(2, 500))) for _ in range(1000)), key=len)
    bound = Bound(95)
    sketches = Sketches.of(texts, Alphabet.of(texts))
    left = [refined(bound, sketches, sketches, pairs) for pairs in candidates(bound, sketches)]
    assert sum(len(ones) for ones, _ in left) < 100  # of half a million


@settings(max_examples=200)
@given(st.text("abc", max_size=40), st.text("abc", max_size=40), st.floats(1, 100))
def test_the_bounds_hold(one, two, threshold):
    if fuzz.ratio(one, two) >= threshold and one and two:
        bound = Bound(threshold)
        assert Indel.distance(one, two) <= bound.distances(np.array([len(one) + len(two)]))[0]
        assert bound.shortest(len(one)) <= len(two) <= bound.longest(len(one))


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from([80, 90, 95]))
def test_long_pairs_are_never_given_up_wrongly_by_their_ends(seed, threshold):
    rng = random.Random(seed)
    texts = family(rng, 1500, threshold)
    ones, twos = zip(*[(a, b) for a in texts for b in texts], strict=True)
    ratios = [fuzz.ratio(a, b) for a, b in zip(ones, twos, strict=True)]
    expected = [ratio if ratio >= threshold else 0 for ratio in ratios]
    assert confirm.scores(ones, twos, Bound(threshold)).tolist() == expected


@pytest.mark.parametrize("more", [lambda text, added: added + text, lambda text, added: text + added])
def test_a_long_text_that_another_one_only_goes_on_from(more):
    text = "".join(random.Random(4).choices(LETTERS, k=2000))
    longer = more(text, "x" * 200)
    assert confirm.scores([text], [longer], Bound(95)).tolist() == [fuzz.ratio(text, longer)]
    assert earliest_matches([text, longer], 95).tolist() == [NONE, 0]


@pytest.mark.parametrize("threshold", [80, 95])
def test_approximate_removes_nothing_wrongly_and_misses_little(threshold):
    rng = random.Random(7)
    texts = [text for length in (15, 60, 200, 700) * 12 for text in family(rng, length, threshold)]
    rng.shuffle(texts)
    exact = earliest_matches(texts, threshold) != NONE
    found = earliest_matches(texts, threshold, approximate=True)
    for at in np.flatnonzero(found != NONE):
        assert fuzz.ratio(texts[at], texts[found[at]]) >= threshold
        assert found[at] < at
    assert not (found != NONE)[~exact].any()
    assert (found != NONE).sum() >= 0.97 * exact.sum()
    assert found.tolist() == earliest_matches(texts, threshold, approximate=True).tolist()


def test_approximate_of_texts_without_a_triple():
    assert earliest_matches(["", "ab", "ab", "", "abc", "a"], 95, approximate=True).tolist() == [-1, -1, 1, 0, -1, -1]


@settings(max_examples=80)
@given(
    st.lists(st.text("abc ", max_size=30)),
    st.lists(st.text("abc ", min_size=1, max_size=30), min_size=1),
    st.floats(30, 100),
)
def test_the_closest_item(texts, items, threshold):
    for text, match in zip(texts, ClosestItem(items, threshold).of(texts), strict=True):
        best = max(fuzz.ratio(text, item) for item in items)
        if best < threshold:
            assert match is None
        else:
            assert match is not None
            assert match.score == best
            assert match.item == next(at for at, item in enumerate(items) if fuzz.ratio(text, item) == best)


def test_shared_words_whatever_case_and_punctuation():
    shared = SharedWords(["A fox, a hen: a goose!", "two words", "the fox a HEN"], 3)
    assert shared.short == 1
    assert shared.of("(See the) fox -- a hen") == {0: "fox a hen", 2: "the fox a"}
    assert shared.of("a hen or a goose, two words") == {}
    assert shared.of("") == {}


def test_words_are_the_same_however_unicode_writes_them():
    assert words_of("Cafe\u0301 STRASSE \uff21\uff22 \ufb01n") == words_of("caf\u00e9 stra\u00dfe ab fin")


def test_words_of_scripts_without_spaces_are_characters():
    assert words_of("求证 x_1 = 2, Ünïcode") == ["求", "证", "x", "1", "2", "ünïcode"]


def test_without_rapidfuzz_the_extra_is_named(monkeypatch):
    from ot_code.errors import MissingExtraError

    monkeypatch.setitem(__import__("sys").modules, "rapidfuzz", None)
    with pytest.raises(MissingExtraError, match=r"ot-code\[dedup\]"):
        earliest_matches(["aa", "ab"], 50)
    monkeypatch.setitem(__import__("sys").modules, "rensa", None)
    with pytest.raises(MissingExtraError, match=r"ot-code\[dedup\]"):
        earliest_matches(["aa", "ab"], 50, approximate=True)
