"""The error boundary: whatever happens below, people get a message and programs an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import typer

from backhaul.cli.answer import Answer
from backhaul.cli.render import print_answer, print_answer_json, print_error, print_error_json
from backhaul.errors import BackhaulError

if TYPE_CHECKING:
    from pathlib import Path

DONE = 0
BUG = 1
BAD_INPUT = 2
NOT_SOLVED = 3
INTERRUPTED = 130

# The base class of usage errors, by way of a public name: its own place differs by release.
_UsageProblem: type[Exception] = typer.BadParameter.__mro__[2]


class UsageError(BackhaulError):
    """A command, argument or option that there is none of."""

    code = "usage"
    exit_code = BAD_INPUT


class InternalError(BackhaulError):
    """A fault of ours, or of the machine."""

    code = "internal"
    exit_code = BUG


class Interrupted(BackhaulError):
    """Somebody stopped the command."""

    code = "interrupted"
    exit_code = INTERRUPTED


def guard(command: Callable[[], object], *, arguments: Sequence[str]) -> int:
    """Run a command, print its answer or its error, and return the exit code.

    Args:
        command: Returns an `Answer`, or an exit code where it has printed by itself (help).
        arguments: The words of the command line; `--json` and `--debug` change how is printed.

    Returns:
        0 done; 2 bad input or usage; 3 not solved or not certified; 130 interrupted; 1 a fault of
        ours.
    """
    words = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    as_json = "--json" in words
    try:
        found = _caught(command, debug="--debug" in words)
        if isinstance(found, BackhaulError):
            _print_error(found, as_json=as_json)
            return found.exit_code
        if isinstance(found, Answer):
            printer = print_answer_json if as_json else print_answer
            printer(found, stream=sys.stdout)
            return DONE
        return found if isinstance(found, int) else DONE
    except BrokenPipeError:
        _give_up_printing()
        return DONE


def _caught(command: Callable[[], object], *, debug: bool) -> object:
    """Return what the command returns, or its error as one of ours."""
    try:
        found = command()
        # Typer turns Ctrl-C into this code.
        return _interrupted() if found == INTERRUPTED else found
    except BackhaulError as error:
        return error
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except _UsageProblem as error:
        return _usage(error)
    except BrokenPipeError:
        raise
    except Exception as error:  # the last line of defence: nobody gets a traceback unasked
        if debug:
            traceback.print_exc()
        return _of_the_machine(error) if isinstance(error, OSError) else _bug(error)


def _print_error(error: BackhaulError, *, as_json: bool) -> None:
    if as_json:
        print_error_json(error, stream=sys.stdout)
    else:
        print_error(error, stream=sys.stderr)


def _usage(error: Exception) -> UsageError:
    context = getattr(error, "ctx", None)
    path = str(getattr(context, "command_path", "") or "backhaul")
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    return UsageError(
        where=path,
        what=message if message.endswith((".", "?")) else f"{message}.",
        fix=f"See what there is with: {path} --help",
    )


def _interrupted() -> Interrupted:
    return Interrupted(
        where="backhaul",
        what="interrupted; nothing was written.",
        fix="Run the command again to start anew.",
    )


def _of_the_machine(error: OSError) -> BackhaulError:
    """Return a folder that cannot be read or written, a full disk and the like as bad input."""
    place: str | Path = getattr(error, "filename", None) or "backhaul"
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return UsageError(
        where=str(place),
        what=f"{reason}.",
        fix="Check the path, its rights and the space that is left, and run again.",
    )


def _bug(error: Exception) -> InternalError:
    return InternalError(
        where="backhaul",
        what=f"something went wrong that should not: {type(error).__name__}: {error}",
        fix="Run it again with --debug and report the command and the trace to the authors.",
    )


def _give_up_printing() -> None:
    """The reader of our pipe has gone; keep Python from complaining about it on the way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
