"""`ot-code images`: builds on a real engine, and from an installed wheel; what cannot be meant is said."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from ot_code import containers
from ot_code.cli import main
from sandbox.errors import JailError
from sandbox.jails.docker_engine import Engine, EngineRefusedError
from sandbox.jails.docker_images import IMAGES, tag_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def engine():
    try:
        made = Engine(600)
    except JailError as error:
        if os.environ.get("OT_REQUIRE_DOCKER"):
            raise
        pytest.skip(str(error))
    yield made
    made.close()


def test_each_image_has_a_dockerfile_on_a_pinned_base_and_ends_as_another_user_than_root():
    assert {path.name for path in containers.dockerfiles().iterdir()} == {f"{name}.Dockerfile" for name in IMAGES}
    for name, (_, lower) in IMAGES.items():
        lines = (containers.dockerfiles() / f"{name}.Dockerfile").read_text().splitlines()
        assert f"ARG BASE={f'ot-code/{lower}' if lower else 'debian:bookworm-slim'}" in lines
        users = [line.split()[1].split(":")[0] for line in lines if line.startswith("USER ")]
        assert int(users[-1]) > 0


def test_it_builds_and_lists(engine, capsys):
    if engine.image("debian:bookworm-slim") is None:
        pytest.skip("needs the base image")
    assert main(["images", "build", "python"]) == 0
    said = capsys.readouterr()
    assert "Successfully built" in said.err
    assert said.out.startswith(tag_of("python"))
    assert " MB  jails for Python alone" in said.out
    config = engine.image(tag_of("python"))["Config"]
    assert config["User"] == "65534:65534"


def test_nothing_in_the_images_is_setuid(engine):
    for name in ("python", "languages"):
        if engine.image(tag_of(name)) is None:
            pytest.skip(f"{tag_of(name)} is not built")
        found = subprocess.run(
            [
                "docker", "run", "--rm", "--network=none", "--user=0", tag_of(name),
                "find", "/", "-xdev", "-perm", "/6000", "-type", "f",
            ],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert found.stdout == ""


def test_a_failing_step_is_said_in_the_engine_s_words(engine, tmp_path):
    with pytest.raises(EngineRefusedError, match=r"cannot build ot-code-test-failing: .*nothing-there"):
        for _ in engine.build(containers._context(b"FROM scratch\nCOPY nothing-there /\n", tmp_path),
                              "ot-code-test-failing", {}):  # fmt: skip
            pass


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["build", "nothing"], "there is no image 'nothing': name some of python, languages, service"),
        (["list", "--fresh"], "leave them out of `list`"),
    ],
)
def test_what_cannot_be_meant_is_said(words, said, capsys):
    assert main(["images", *words]) == 2
    assert said in capsys.readouterr().err


def test_without_an_engine_it_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    assert main(["images", "build"]) == 1
    said = capsys.readouterr().err
    assert "no Docker engine answers at unix:///nonexistent/docker.sock: start it" in said
    assert said.count("\n") == 1


def test_the_wheel_of_ourselves_can_be_installed(tmp_path):
    """What the service's image gets: the packages, the Dockerfiles, and the metadata that names the dependencies."""
    wheel = containers._wheel(tmp_path)
    target = tmp_path / "installed"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)],
        check=True,
    )
    asked = (
        "import json, ot_code, sandbox, importlib.metadata as m\nfrom ot_code import containers\n"
        "print(json.dumps([ot_code.__file__, m.version('ot-code'), str(containers.dockerfiles())]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(target)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    where, version, dockerfiles = json.loads(done.stdout)
    assert Path(where).is_relative_to(target)
    assert version == metadata.version("ot-code")
    assert dockerfiles == str(target / "ot_code/images")


@pytest.mark.slow
def test_a_wheel_as_it_is_published_brings_dockerfiles_and_recipes(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("a copy of the checkout is made with git")
    copy = tmp_path / "copy"
    copy.mkdir()
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in names:
        if name and name.split("/")[0] not in ("tests", "benchmarks", "docs") and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(tmp_path), str(copy)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("ot_code-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert {f"ot_code/images/{name}.Dockerfile" for name in IMAGES} <= inside
    recipes = sorted((ROOT / "recipes").glob("*.yaml"))
    assert {f"ot_code/recipes/{path.name}" for path in recipes} <= inside
    named = {word for path in recipes for word in re.findall(r"\.\./(examples/[\w./]+)", path.read_text())}
    assert named
    assert {f"ot_code/{name}" for name in named} <= inside


def test_compose_starts_the_service_as_it_is_now():
    (service,) = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    assert service["image"].replace("${OT_CODE_VERSION:-", "").rstrip("}") == tag_of("service")
    assert service["ports"] == ["127.0.0.1:8080:8080"]  # it asks for no key, so it serves this machine alone
    import argparse

    from ot_code.cli.serve import add_arguments

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args(service["command"][1:]).port == 8080
