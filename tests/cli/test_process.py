"""The command as a process: pipes that close early, streams that know few letters."""

from __future__ import annotations

import os
import subprocess
import sys

BACKHAUL = [sys.executable, "-m", "backhaul"]
TARIFF = [*BACKHAUL, "show", "tariff", "USA", "JPN", "passenger_car"]


def test_a_reader_that_leaves_early_is_no_error():
    """`backhaul ... | head -1` ends quietly: exit 0, nothing on standard error."""
    read, write = os.pipe()
    os.close(read)  # nobody reads
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(TARIFF, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 0
    assert done.stderr == ""


def test_an_ascii_terminal_gets_its_answer():
    """Streams that know no Japanese still get every answer."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    words = [*BACKHAUL, "show", "measure", "us_mfn_car", "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, check=False)

    assert done.returncode == 0
    assert done.stdout.decode("ascii").startswith("{")


def test_the_exit_code_of_the_process_is_that_of_the_command():
    """`python -m backhaul` ends with the code of the boundary."""
    done = subprocess.run([*BACKHAUL, "shw"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "Did you mean 'show'?" in done.stderr
    assert done.stdout == ""
