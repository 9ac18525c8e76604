"""The frame: docs that name what exists, commands that exist, files without hosts."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import backhaul
from backhaul.cli.main import app, main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs/house.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(command, words=()):
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*words, name))


def test_the_manual_mentions_every_command_and_option():
    """docs/lookup/cli.md has a section for each command, and names each of its options."""
    manual = read("docs/lookup/cli.md")

    for words, command in commands(get_command(app)):
        title = "## " + " ".join(("backhaul", *words)) + "\n"
        assert title in manual
        section = manual.split(title, 1)[1].split("\n## ", 1)[0]
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert all(option in section for option in parameter.opts)


@pytest.mark.parametrize(
    "line", re.findall(r"^\.venv/bin/backhaul (.*)$", read("README.md"), flags=re.M)
)
def test_the_commands_of_the_readme_are_understood(line, capsys):
    """Each call in the README names a command and options that exist."""
    words = [word for word in shlex.split(line) if not word.startswith("#")]

    assert main([*words, "--help"]) == 0
    assert "Usage: backhaul " + words[0] in capsys.readouterr().out


def test_the_make_targets_of_the_readme_exist():
    """`make X` in README, CONTRIBUTING and the house plan is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.M))
    said = {name for page in PAGES for name in re.findall(r"make ([a-z]+)\b", page.read_text())}

    assert {"setup", "demo", "test", "check"} <= targets
    assert said & {"setup", "demo", "test", "check", "bench", "docs"} <= targets


def test_the_links_between_pages_lead_somewhere():
    """A relative link in a page is a file of the repository."""
    for page in PAGES:
        for link in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_the_lock_file_names_no_host_and_pins_every_package():
    """The lock works behind any registry: no address; every line is pinned and hashed."""
    lock = read("requirements.lock")

    assert "://" not in lock
    assert "--index" not in lock
    pins = re.findall(r"^[A-Za-z0-9][\w.\-]*==\S+ \\$", lock, flags=re.M)
    names = re.findall(r"^[A-Za-z0-9][^\s#]*", lock, flags=re.M)
    assert len(pins) == len(names) > 40
    for block in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.M)[1:]:
        assert "--hash=sha256:" in block


def test_the_lock_file_pins_every_dependency_of_the_package():
    """A dependency added to pyproject.toml is in the lock: names compared, not versions."""
    import tomllib

    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[<>=!~ ;\[]", line, maxsplit=1)[0].lower() for line in wanted}
    locked = set(re.findall(r"^([a-z0-9][\w.\-]*)==", read("requirements.lock"), flags=re.M))

    assert names <= locked


def test_no_tracked_file_names_a_host_or_a_path_of_this_machine():
    """What scripts/leaks looks for is not there."""
    done = subprocess.run(
        [sys.executable, "scripts/leaks"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.stdout == ""
    assert done.returncode == 0


def test_the_version_is_the_same_everywhere():
    """Package, citation and the newest entry of the changelog agree."""
    assert f"version: {backhaul.__version__}\n" in read("CITATION.cff")
    assert (
        re.search(r"^## (\S+)", read("CHANGELOG.md"), flags=re.M).group(1) == backhaul.__version__
    )


def test_the_changelog_tells_figures_first():
    """Each version's first section is Figures."""
    for entry in read("CHANGELOG.md").split("\n## ")[1:]:
        assert re.search(r"^### (\w+)", entry, flags=re.M).group(1) == "Figures"
