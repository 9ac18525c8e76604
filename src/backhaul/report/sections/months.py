"""The chapters of a timeline: its charts over months, its steps of law, its other figures."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from backhaul.policy.changes_of_law import Step
from backhaul.report import names, words
from backhaul.report.charts.change import Words
from backhaul.report.charts.path import Axis, Line, Mark, path_chart
from backhaul.report.parts import Chart, Grid, Prose, Section
from backhaul.study.timeline import Path, Timeline

TOKENS = {
    "Japan": "less",
    "buyers": "less",
    "light trucks": "less",
    "on parts": "less",
    "all others": "other",
}
"""Colours of lines that have one of their own."""

REST = ("more", "home", "sum", "muted", "other")
"""Colours of the other lines, in their order."""

LINES = 4
"""Origins with a line of their own."""


@dataclass(frozen=True)
class _Series:
    """A path as a chart shows it."""

    label: str
    head: str
    """Its column in the table, with the unit."""
    values: tuple[float, ...]


def chapters_of(timeline: Timeline) -> tuple[Section, ...]:
    """Return the charts, the steps of law and the tables of a timeline."""
    return (
        Section("prices", "Prices", (_prices(timeline),)),
        Section("units", "Where US cars are built", (_home_units(timeline), _units(timeline))),
        Section("trade", "Trade with Japan and duties", (_balance(timeline), _revenue(timeline))),
        Section("law", "The law", (_duty(timeline), *_steps(timeline))),
        Section("gains", "Who gains and who pays", _gains(timeline)),
    )


def month_words(month: str) -> str:
    """Return "April 2025" for "2025-04"."""
    return words.day(f"{month}-01").split(" ", 1)[1]


def _prices(timeline: Timeline) -> Chart:
    """Return the US price index."""
    path = timeline["price_index_US"]
    series = (_Series("United States", "Index", path.values),)
    return _chart(
        timeline,
        Words(
            identifier="price-index",
            title="US prices of new cars",
            subtitle="Prices charged at fixed weights, tax included, purchase subsidies not "
            "deducted; the world of July 2024 = 100. Each month is a level.",
            description=_told(timeline, path, lambda value: f"{value:.1f}"),
            axis="index, July 2024 = 100",
        ),
        series,
        (lambda value: f"{value:.2f}",),
    )


def _home_units(timeline: Timeline) -> Chart:
    """Return the US-built cars that US buyers take."""
    path = timeline["units_USA_to_US"]
    values = tuple(value / 1e6 for value in path.values)
    return _chart(
        timeline,
        Words(
            identifier="units-home",
            title="US-built cars sold in the US",
            subtitle="Million vehicles at an annual rate.",
            description=_told(timeline, path, words.units),
            axis="million vehicles a year",
        ),
        (_Series("United States", "Million vehicles a year", values),),
        (words.number,),
    )


def _units(timeline: Timeline) -> Chart:
    """Return the imports by origin: Japan and the largest others, and the rest together."""
    paths = [path for path in timeline.paths if _is_import(path)]
    paths.sort(key=lambda path: (path.name != "units_JPN_to_US", -max(path.values)))
    shown, rest = paths[:LINES], paths[LINES:]
    series = [_thousands(names.country(path.name[6:9]), [path]) for path in shown]
    series += [_thousands("all others", rest)] if rest else []
    last = month_words(timeline.months[-1])
    return _chart(
        timeline,
        Words(
            identifier="units-by-origin",
            title="Imported cars sold in the US, by where they are built",
            subtitle="Thousand vehicles at an annual rate.",
            description="; ".join(
                f"{item.label} {words.number(item.values[0])} thousand in "
                f"{month_words(timeline.months[0])}, {words.number(item.values[-1])} in {last}"
                for item in series
            ),
            axis="thousand vehicles a year",
        ),
        series,
        [words.number] * len(series),
    )


def _is_import(path: Path) -> bool:
    """Return whether a path is one of units from one country abroad to the US."""
    name = path.name
    return name.startswith("units_") and name.endswith("_to_US") and name != "units_USA_to_US"


def _thousands(label: str, paths: Sequence[Path]) -> _Series:
    """Return the units of some origins together, in thousands."""
    totals = (sum(values) for values in zip(*(path.values for path in paths), strict=True))
    return _Series(label, label, tuple(value / 1e3 for value in totals))


def _balance(timeline: Timeline) -> Chart:
    """Return the US car balance with Japan."""
    path = timeline["balance_us_jp_net_usd"]
    series = (_Series("net", "Billion USD a year", _billions(path)),)
    return _chart(
        timeline,
        Words(
            identifier="net-balance",
            title="US car balance with Japan",
            subtitle="US car exports to Japan less imports from it, customs value free on board, "
            "billion USD at an annual rate; up is a smaller deficit.",
            description=_told(timeline, path, lambda value: words.quantity(value, "USD")),
            axis="billion USD a year",
        ),
        series,
        (words.number,),
    )


def _revenue(timeline: Timeline) -> Chart:
    """Return US duty revenue on cars and on parts."""
    labels = {"duty_revenue_cars_US_usd": "on cars", "duty_revenue_parts_US_usd": "on parts"}
    series = [_Series(text, text, _billions(timeline[name])) for name, text in labels.items()]
    return _chart(
        timeline,
        Words(
            identifier="duty-revenue",
            title="US duty revenue",
            subtitle="On imported cars, and on parts of US-built ones after the carmakers' refund; "
            "billion USD at an annual rate.",
            description=_told(
                timeline,
                timeline["duty_revenue_US_usd"],
                lambda value: words.quantity(value, "USD"),
            ),
            axis="billion USD a year",
        ),
        series,
        (words.number, words.number),
    )


def _duty(timeline: Timeline) -> Chart:
    """Return the US duty on Japan-built cars, and on light trucks from there."""
    labels = {"passenger_car": "passenger cars", "light_truck": "light trucks"}
    paths = {text: timeline[f"duty_rate_US_JPN_{kind}"] for kind, text in labels.items()}
    series = [
        _Series(text, text, tuple(100 * value for value in path.values))
        for text, path in paths.items()
    ]
    return _chart(
        timeline,
        Words(
            identifier="duty-rate",
            title="US duty on cars built in Japan",
            subtitle="Whole duty, per cent of customs value, mean over the days of each month.",
            description=_told(timeline, paths["passenger cars"], words.percent),
            axis="per cent of customs value",
        ),
        series,
        [lambda value: f"{value:.2f}"] * 2,
    )


def _steps(timeline: Timeline) -> tuple[Prose | Grid, ...]:
    """Return each measure that begins or ends, or a sentence that none does."""
    if not timeline.steps:
        return (Prose("No modelled measure begins or ends within these months."),)
    rows = tuple(
        (
            step.on.isoformat(),
            step.event,
            step.measure.measure_id,
            step.measure.instrument,
            f"{_cell(step)}: {step.what}".replace("->", words.ARROW),
            "yes" if timeline.moving(step) else "no",
            step.measure.source_id,
        )
        for step in timeline.steps
    )
    links = {step.measure.source_id: f"#source-{step.measure.source_id}" for step in timeline.steps}
    grid = Grid(
        caption="Steps of the law",
        heads=("Day", "", "Measure", "Instrument", "What it says", "Day moves prices", "Source"),
        rows=rows,
        key=2,
        tight=(0,),
        prose=(4,),
        links=links,
        in_print=True,
    )
    said = Prose(
        "A measure that begins on the first day of the first month is in force throughout and is "
        "no step. Measures outside the model are not marked: "
        "backhaul show measure tells of each why.",
        small=True,
    )
    return (grid, said)


def _cell(step: Step) -> str:
    """Return whom and what a measure is about: "US, passenger cars from all countries"."""
    measure = step.measure
    origin = {"ALL": "all countries", "EU27": "the EU", "CAN_MEX": "Canada and Mexico"}.get(
        measure.exporter, names.country(measure.exporter)
    )
    goods = {"parts": "parts", "vehicle": "cars and light trucks"}.get(
        measure.product_class.value, f"{measure.product_class.value.replace('_', ' ')}s"
    )
    return f"{names.country(measure.importer)}, {goods} from {origin}"


def _gains(timeline: Timeline) -> tuple[Chart | Grid, ...]:
    """Return what US buyers and treasuries gain, then the tables of everybody."""
    buyers, treasury = (
        timeline[name] for name in ("consumer_surplus_change_US_usd", "government_US_usd")
    )
    gained = tuple((value - treasury.values[0]) / 1e9 for value in treasury.values)
    series = (
        _Series("buyers", "US buyers", _billions(buyers)),
        _Series("treasuries", "US treasuries", gained),
    )
    first = month_words(timeline.months[0])
    chart = _chart(
        timeline,
        Words(
            identifier="gains-us",
            title="US buyers and US treasuries",
            subtitle=f"Consumer surplus, and receipts from new cars, against {first}; billion USD "
            "at an annual rate.",
            description=_told(timeline, buyers, lambda value: words.quantity(value, "USD")),
            axis="billion USD a year",
        ),
        series,
        (_signed, _signed),
    )
    return (chart, _people(timeline), _profits(timeline))


def _signed(value: float) -> str:
    """Return a change in billions with its sign, one decimal."""
    return words.signed(words.column([value, 100.0])[0])


def _people(timeline: Timeline) -> Grid:
    """Return consumers and treasuries by month."""
    heads = {
        "consumer_surplus_change_US_usd": "US buyers, change",
        "consumer_surplus_change_JP_usd": "Japanese buyers, change",
        "government_US_usd": "US treasuries, level",
        "government_JP_usd": "Japan's treasury, level",
    }
    series = [_Series(text, text, _billions(timeline[name])) for name, text in heads.items()]
    first = month_words(timeline.months[0])
    caption = f"Buyers and treasuries, billion USD a year; changes are against {first}"
    return _grid(timeline, caption, series, [_signed, _signed, words.number, words.number])


def _profits(timeline: Timeline) -> Grid:
    """Return the profits of the main carmakers by month."""
    paths = [path for path in timeline.paths if path.name.startswith("profit_")]
    series = [
        _Series(path.label, names.firm(path.name[7:].removesuffix("_usd")), _billions(path))
        for path in paths
    ]
    caption = f"Profit of the {len(paths)} largest earners in both markets, billion USD a year"
    return _grid(timeline, caption, series, [words.number] * len(series))


def _chart(
    timeline: Timeline,
    said: Words,
    series: Sequence[_Series],
    styles: Sequence[Callable[[float], str]],
) -> Chart:
    """Return lines over the months with the steps of law and the table below."""
    spare = iter(REST)
    lines = [
        Line(item.label, item.values, TOKENS.get(item.label) or next(spare)) for item in series
    ]
    caption = f"{said.title}, month by month"
    return path_chart(
        words=said,
        lines=lines,
        axis=_axis(timeline.months),
        marks=_marks(timeline),
        grid=_grid(timeline, caption, series, styles),
    )


def _grid(
    timeline: Timeline,
    caption: str,
    series: Sequence[_Series],
    styles: Sequence[Callable[[float], str]],
) -> Grid:
    """Return months down and series across."""
    columns = [
        [style(value) for value in item.values] for item, style in zip(series, styles, strict=True)
    ]
    return Grid(
        caption=caption,
        heads=("Month", *(item.head for item in series)),
        rows=tuple(zip(timeline.months, *columns, strict=True)),
        numeric=tuple(range(1, len(series) + 1)),
        folded=True,
        tight=(0,),
        in_print=len(timeline.months) <= 40,
    )


def _axis(months: Sequence[str]) -> Axis:
    """Return the axis of months: years, or every third month where there are few."""
    few = len(months) <= 18
    ticks = [
        (float(index), month if few else month[:4])
        for index, month in enumerate(months)
        if (index % 3 == 0 if few else month.endswith("-01"))
    ]
    return Axis(count=len(months), ticks=tuple(ticks))


def _marks(timeline: Timeline) -> tuple[Mark, ...]:
    """Return one mark per day on which the law changes."""
    found = []
    for on, group in groupby(timeline.steps, key=lambda step: step.on):
        steps = list(group)
        month = timeline.months.index(on.isoformat()[:7])
        days = monthrange(on.year, on.month)[1]
        instruments = words.listed(
            list(dict.fromkeys(step.measure.instrument or "measure" for step in steps))
        )
        events = "; ".join(
            f"{', '.join(step.measure.measure_id for step in mine)} {event.rstrip('s')}"
            + ("s" if len(mine) == 1 else "")
            for event in ("ends", "begins")
            if (mine := [step for step in steps if step.event == event])
        )
        found.append(
            Mark(
                at=month + (on.day - 1) / days,
                text=f"{words.day(on)}, {instruments}: {events}",
                is_faint=not timeline.moving(steps[0]),
            )
        )
    return tuple(found)


def _billions(path: Path) -> tuple[float, ...]:
    return tuple(value / 1e9 for value in path.values)


def _told(timeline: Timeline, path: Path, style: Callable[[float], str]) -> str:
    """Return a path in one sentence, for readers who cannot see the picture."""
    low, high = min(path.values), max(path.values)
    at = {value: timeline.months[path.values.index(value)] for value in (low, high)}
    return (
        f"{style(path.values[0])} in {month_words(timeline.months[0])}, {style(path.values[-1])} "
        f"in {month_words(timeline.months[-1])}; lowest {style(low)} in {month_words(at[low])}, "
        f"highest {style(high)} in {month_words(at[high])}."
    )
