"""Help: quick, plain in a pipe, and it teaches by example."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backhaul import __version__
from backhaul.cli.main import main

COMMANDS = [
    [],
    ["run"],
    ["list"],
    ["claims"],
    ["compare"],
    ["timeline"],
    ["check"],
    ["show"],
    *(["show", kind] for kind in ("market", "product", "plant", "measure", "tariff", "source")),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words) or "backhaul")
def test_every_command_teaches_by_example(words, capsys):
    """The help of each command ends with a call of that very command, plain in a pipe."""
    assert main([*words, "--help"]) == 0

    text = capsys.readouterr().out
    assert "Examples:" in text
    assert "\n    " + " ".join(["backhaul", *words]) in text
    assert "╭" not in text


@pytest.mark.parametrize("words", [[], ["show"]])
def test_no_words_print_the_help(words, capsys):
    """Who types only the name sees what there is."""
    assert main(words) == 0
    assert "Commands:" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    """Help is instant because numbers, tables and charts are loaded by the commands alone."""
    code = (
        "import sys; from backhaul.cli.main import main; main(['--help']); "
        "heavy = {'numpy', 'pandas', 'scipy', 'matplotlib', 'pydantic', 'jinja2', 'pyblp'}; "
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_the_version_is_that_of_the_package(capsys):
    """`--version` prints one line."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"backhaul {__version__}\n"
