"""`backhaul list`: the shipped scenarios and what each asks."""

from __future__ import annotations

from backhaul.cli.answer import Answer, Grid, Text
from backhaul.cli.options import JsonFlag


def list_scenarios(*, json: JsonFlag = False) -> Answer:
    """List the shipped scenarios with their questions."""
    from backhaul.scenario.file import load_scenario
    from backhaul.scenario.library import shipped

    scenarios = [load_scenario(str(path)) for _, path in sorted(shipped().items())]
    rows = [{"name": s.name, "asks": s.asks, "as_of": s.as_of} for s in scenarios]
    return Answer(
        command="list",
        result=rows,
        blocks=(
            Grid(
                columns=("scenario", "measures of", "question"),
                rows=tuple((s.name, str(s.as_of), s.asks) for s in scenarios),
            ),
            Text("Run one with: backhaul run NAME"),
        ),
    )
