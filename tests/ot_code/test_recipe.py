"""Recipes: what is wrong is named by file, line and key, and whatever the text, nothing else is raised."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ot_code.building.recipe import load_recipe, recipe_of
from ot_code.building.yaml_text import parse_yaml
from ot_code.cli import main
from ot_code.cli.exits import Exit
from ot_code.errors import InputError, SettingError

GOOD = """\
name: mine
sources:
  - input: a.jsonl
    domain: math
    where: {source: [a, b]}
    take: {n: 5, per: source, seed: 1}
  - {input: owner/name, split: train, map: {q: problem}}
stages:
  - filter: {like: openthoughts}
  - verify:
      answers: all
      check_tests: 3
      judge: {model: m, base_url: "http://localhost:1/v1", on: "undecided"}
  - mix: {by: domain, shares: {math: 1.0}}
"""


def parsed(text):
    return recipe_of(parse_yaml(text.encode() if isinstance(text, str) else text, "r.yaml"), Path("r.yaml"))


def test_a_recipe_is_read_as_it_says():
    recipe = parsed(GOOD)
    assert (recipe.name, recipe.folders) == ("mine", ["01-filter", "02-verify", "03-mix"])
    first, second = recipe.sources
    assert (first.name, first.domain, first.chosen.take.n) == ("01-a", "math", 5)
    assert (second.name, second.split, second.columns) == ("02-name", "train", {"q": "problem"})
    assert recipe.steps[1].settings()["judge"]["model"] == "m"
    assert recipe.steps[1].answers == "all"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "domain: math",
            "domian: math",
            r"r\.yaml, line 4: sources\[0\]\.domian: has no meaning here: did you mean dom",
        ),
        ("domain: math", "domain: maths", r"line 4: sources\[0\]\.domain: must be one of code, math"),
        ("n: 5", "n: five", r"line 6: sources\[0\]\.take\.n: must be a whole number of at least 1, not 'five'"),
        ("input: a.jsonl", "inputs: a.jsonl", r"line 3: sources\[0\]\.input: is missing"),
        ("like: openthoughts", "like: us", r"line 9: stages\[0\]\.filter\.like: must be one of"),
        ("- filter", "- fliter", r"line 9: stages\[0\]\.fliter: is no stage: did you mean filter\?"),
        ("- filter: {like: openthoughts}", "- {filter: {}, mix: {}}", r"line 9: stages\[0\]: must be one stage"),
        ("- filter: {like: openthoughts}", "- 7", r"line 9: stages\[0\]: must be one stage"),
        ("answers: all", "answers: 3", r"line 11: stages\[1\]\.verify\.answers: must be one of right, all, not 3"),
        ("answers: all", "checker: no_such", r"line 11: stages\[1\]\.verify\.checker: .*no_such"),
        ("answers: all", "drop: [unpassed]", r"line 11: stages\[1\]\.verify\.drop: unpassed: did you mean"),
        ("check_tests: 3", "drop: [unpassed_tests]", r"line 10: stages\[1\]\.verify: .*only --check-tests looks"),
        ('on: "undecided"', "on: sometimes", r"line 13: stages\[1\]\.verify\.judge: must be `all`"),
        (
            "map: {q: problem}",
            "map: {q: problme}",
            r"line 7: sources\[1\]\.map: q=problme: there is no field 'problme'",
        ),
        ("map: {q: problem}", "schema: tacos", r"line 7: sources\[1\]\.schema: unknown source 'tacos'"),
        (
            "answers: all",
            "time_factors: {klingon: 2}",
            r"line 11: .*verify\.time_factors\.klingon: must be all, or one",
        ),
        ("//localhost", "//me:word@localhost", r"line 13: .*judge\.base_url: must hold no user, password"),
        ("math: 1.0", "math: 0.5", r"line 14: stages\[2\]\.mix\.shares: must add up to 1"),
        ("name: mine", "name: [1]", r"line 1: name: must be text"),
        ("stages:", "name: x\nstages:", r"r\.yaml, name: line 8: is there already, on line 1"),
        ("stages:", "  - {input: 7}\nstages:", r"line 8: sources\[2\]\.input: must be text, not 7"),
        ("stages:\n", "stages: {}\nx:\n", r"line 8: stages: must be a list"),
        ("shares: {math: 1.0}", "shares: {math: 1.0", r"r\.yaml, line \d+: is no YAML"),
        ("  - mix", "  - publish\n  - mix", r"line 14: stages\[2\]\.publish: must be the last stage"),
        ("  - mix: {by: domain, shares: {math: 1.0}}", "  - publish: {style: x}", r"line 14: .*style: must be one of"),
        ("n: 5", "n: 2001-99-99", r"r\.yaml: is no YAML that can be read"),
        ("name: mine", "name: !!python/object:os.system {}", r"line 1: is no YAML .*could not determine a constructor"),
        ("name: mine", "name: &a [*a]", r"line 1"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_key(old, new, said):
    assert old in GOOD
    with pytest.raises(SettingError, match=said):
        parsed(GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    "text", ["", "~", "7", "[]", "sources: []", "sources: [{}]", "sources: 5", "a: b", "\0", b"\xff"]
)
def test_what_is_no_recipe(text):
    with pytest.raises(SettingError):
        parsed(text)


def test_aliases_that_grow_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(SettingError, match="too many values"):
        parsed("\n".join(lines))


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_any_text_is_a_recipe_or_a_setting_error(text):
    try:
        parsed(text)
    except SettingError:
        pass


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=6,
)
WORDS = """
where take like drop verifiable answers all_tests check_tests keep_unchecked judge checker time_factors max_faults by
counts shares total seed others short input domain source schema map limit n per model on min max in
format style templates name licences model base_url key_env into column unrated concurrency temperature until rounds
"""
KEYS = st.sampled_from(WORDS.split())
TABLES = st.recursive(PLAIN, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        {"sources": st.lists(TABLES, max_size=2) | PLAIN},
        optional={
            "name": PLAIN,
            "stages": st.lists(
                st.dictionaries(
                    st.sampled_from(["filter", "rate", "sample", "mix", "verify", "publish"]),
                    TABLES,
                    min_size=1,
                    max_size=1,
                ),
                max_size=3,
            )
            | PLAIN,
        },
    )
)
def test_any_values_are_a_recipe_or_a_setting_error(values):
    text = yaml.safe_dump(values, allow_unicode=True)
    try:
        parsed(text)
    except SettingError as error:
        assert str(error).startswith("r.yaml")  # noqa: PT017 - it may be raised or not


def test_a_recipe_that_is_not_there(tmp_path, capsys):
    with pytest.raises(InputError, match="the recipes that come with ot-code are"):
        load_recipe("no-such")
    (tmp_path / "r.yaml").write_text(GOOD.replace("domain: math", "domain: x"))
    assert main(["build", str(tmp_path / "r.yaml"), "--out", str(tmp_path / "out")]) == Exit.USAGE
    assert "r.yaml, line 4: sources[0].domain" in capsys.readouterr().err
    assert main(["build", str(tmp_path / "r.yaml")]) == Exit.USAGE


@pytest.mark.parametrize("name", ["openthoughts-114k", "openthoughts2", "openthoughts3", "curatedthoughts"])
def test_our_recipes_are_whole_and_their_inputs_are_there(name, capsys):
    assert main(["build", name, "--explain"]) == Exit.DONE
    assert "publish" in capsys.readouterr().out
