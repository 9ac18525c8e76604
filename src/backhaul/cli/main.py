"""The command `backhaul`: its subcommands, its version, and the boundary around them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from backhaul import __version__
from backhaul.cli.boundary import guard
from backhaul.cli.check import check
from backhaul.cli.claims import claims
from backhaul.cli.compare import compare
from backhaul.cli.design import design
from backhaul.cli.ensemble import ensemble
from backhaul.cli.influence import influence
from backhaul.cli.listing import list_scenarios
from backhaul.cli.options import examples
from backhaul.cli.run import run
from backhaul.cli.serve import serve
from backhaul.cli.show import show
from backhaul.cli.timeline import timeline

EPILOG = examples(
    "backhaul list",
    "backhaul run reverse-imports --out out/reverse-imports",
    "backhaul show tariff USA JPN passenger_car --on 2025-06-01",
    "backhaul timeline us-auto-tariffs --from 2024-01 --to 2026-12",
    "backhaul compare us-tariff-15 us-tariff-27.5",
    "backhaul ensemble reverse-imports -n 1000 --seed 1",
    "backhaul influence reverse-imports --of balance_us_jp_net_usd",
    'backhaul design --reach "balance US-JP by +1e9 USD"',
    "backhaul claims --json",
    "backhaul check my-tables/",
    "backhaul serve",
    after="Exit codes: 0 done; 2 bad input or usage; 3 not solved or not certified; "
    "130 interrupted.",
)

app = typer.Typer(
    name="backhaul",
    add_completion=False,
    pretty_exceptions_enable=False,
    # Boxes and colours are for terminals; a pipe gets plain help.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)


def _print_version(wanted: bool) -> bool:  # noqa: FBT001 - Typer calls it with the flag's value
    if wanted:
        typer.echo(f"backhaul {__version__}")
        raise typer.Exit
    return wanted


@app.callback()
def root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the trace of an unexpected error.")
    ] = False,
) -> None:
    """What trade policy does to who builds which car where: the US and Japan, on 2024 tables.

    Ask a question with `run`, look up a fact with `show`, hold what was said against the figures
    with `claims`, and test your own tables with `check`.
    """


app.command(
    name="run",
    short_help="Answer one question: before, after, who gains.",
    epilog=examples(
        "backhaul run reverse-imports",
        "backhaul run reverse-imports --out out/reverse-imports",
        "backhaul run us-tariff-15 --baseline us-tariff-27.5",
        "backhaul run my-question.toml --data my-tables/ --json",
    ),
)(run)
app.command(
    name="compare",
    short_help="Put several scenarios side by side.",
    epilog=examples(
        "backhaul compare us-tariff-15 us-tariff-27.5",
        "backhaul compare us-tariff-15 yen-120 my-question.toml --ranges",
        "backhaul compare reverse-imports reverse-imports-rhd --out out/steering",
        "backhaul compare us-tariff-15 us-tariff-27.5 --ensembles out/ensembles",
    ),
)(compare)
app.command(
    name="timeline",
    short_help="Follow the months under the law of each day.",
    epilog=examples(
        "backhaul timeline us-auto-tariffs --from 2024-01 --to 2026-12",
        "backhaul timeline us-auto-tariffs --from 2025-01 --to 2025-12 --out out/tariffs",
        "backhaul timeline yen-120 --from 2025-01 --to 2026-12 --json",
    ),
)(timeline)
app.command(
    name="ensemble",
    short_help="Draw everything uncertain: medians and intervals.",
    epilog=examples(
        "backhaul ensemble reverse-imports -n 1000 --seed 1",
        "backhaul ensemble us-tariff-15 -n 4096 --out out/us-tariff-15-ensemble",
        "backhaul ensemble us-tariff-15 -n 4096 --out out/us-tariff-15-ensemble --resume",
        "backhaul ensemble my-question.toml --hold-tastes --data my-tables/ --json",
    ),
)(ensemble)
app.command(
    name="influence",
    short_help="Say which facts a figure hangs on.",
    epilog=examples(
        "backhaul influence reverse-imports",
        "backhaul influence us-tariff-15 --of balance_us_jp_net_usd --top 40",
        "backhaul influence reverse-imports --global --n 512 --out out/influence",
    ),
)(influence)
app.command(
    name="design",
    short_help="Find the cheapest mix that reaches a goal.",
    epilog=examples(
        'backhaul design --reach "balance US-JP by +1e9 USD"',
        'backhaul design reverse-imports --reach "balance US-JP by +1e9 USD" '
        '--with support,certification,tariff,purchase --minimise "welfare cost"',
        'backhaul design --reach "units JP entrants to 20000" --with support,certification '
        "--minimise outlay",
        'backhaul design --reach "balance US-JP by +2e9 USD" --bound tariff=0:0.1 --out out/design',
    ),
)(design)
app.command(
    name="list",
    short_help="List the shipped scenarios.",
    epilog=examples("backhaul list", "backhaul list --json"),
)(list_scenarios)
app.add_typer(show, name="show", short_help="Look up one fact with its source.")
app.command(
    name="claims",
    short_help="Hold what was said against the figures.",
    epilog=examples("backhaul claims", "backhaul claims --all --json"),
)(claims)
app.command(
    name="check",
    short_help="Check tables against their schemas.",
    epilog=examples(
        "backhaul check", "backhaul check my-tables/", "backhaul check my-tables/ --json"
    ),
)(check)
app.command(
    name="serve",
    short_help="Serve the page and the REST interface.",
    epilog=examples(
        "backhaul serve",
        "backhaul serve --port 0 --no-browser",
        "backhaul serve --store answers/ --public-host cars.example.org --no-browser",
    ),
)(serve)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: The words after `backhaul`; None takes those of the process.
    """
    for library in ("OMP", "OPENBLAS", "MKL"):  # small matrices: more threads only wait
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in ([], ["show"]):
        words.append("--help")  # a name alone asks what there is
    return guard(
        lambda: app(args=words, prog_name="backhaul", standalone_mode=False), arguments=words
    )
