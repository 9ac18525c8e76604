"""What requests look like: every key, its kind and its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
)

from backhaul.scenario.scenario import LAW_OF_THE_DAY
from backhaul.web.limits import Limits

LIMITS = Limits()


def _encodable(text: str) -> str:
    """Refuse half of a pair of code units, which is no text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("this is no Unicode text") from error
    return text


def _no_number_in_quotes(value: object) -> object:
    """Refuse what would be read as a number and is none."""
    if isinstance(value, bool | str):
        raise ValueError("this should be a number")
    return value


Name = Annotated[StrictStr, Field(min_length=1, max_length=80), AfterValidator(_encodable)]
Text = Annotated[StrictStr, Field(max_length=LIMITS.toml_bytes), AfterValidator(_encodable)]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_no_number_in_quotes)]
Month = Annotated[StrictStr, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2025-04"])]
Seconds = Annotated[float, Field(ge=0, le=LIMITS.most_wait, allow_inf_nan=False)]
TablesId = Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{32}$")]
File = Annotated[StrictStr, Field(max_length=80), AfterValidator(_encodable)]
Csv = Annotated[StrictStr, Field(max_length=LIMITS.tables_bytes), AfterValidator(_encodable)]
Seed = Annotated[StrictInt, Field(ge=0, lt=2**31)]
Instrument = Literal["support", "certification", "tariff", "purchase"]
Moved = StrictBool | Number | Name | None


class Form(BaseModel):
    """A body. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AskForm(Form):
    """One scenario: exactly one of `scenario` and `toml`."""

    scenario: Name | None = Field(
        default=None, description="A shipped name.", examples=["reverse-imports"]
    )
    toml: Text | None = Field(default=None, description="The text of a scenario file.")
    changes: dict[Name, Moved] = Field(
        default_factory=dict,
        max_length=128,
        description="New values of controls; null takes the scenario's own entry back.",
        examples=[{"exchange_rate": 130}],
    )
    baseline: Name | None = Field(
        default=None,
        description=f"A shipped name or {LAW_OF_THE_DAY!r}; null: the scenario's own.",
    )
    tables_id: TablesId | None = Field(
        default=None, description="Address of own tables (POST /tables); null: the shipped ones."
    )


class RunForm(AskForm):
    """One question."""


class RunNow(RunForm):
    """One question, and how it is to be answered."""

    level: Literal["slider", "certified"] = "certified"
    tables: list[Name] = Field(default_factory=list, max_length=32)
    wait: Seconds = Field(
        default=20.0, description="Seconds to wait for a certified answer before 202."
    )


class EnsembleForm(AskForm):
    """One question in many draws of everything uncertain."""

    n: StrictInt = Field(
        default=1024, ge=2, le=LIMITS.draws, description="Draws; rounded up to a power of two."
    )
    seed: Seed = 1
    hold_tastes: StrictBool = Field(
        default=False, description="Demand stays as calibrated at the central values."
    )
    of: Name | None = Field(default=None, description="Figure that the report draws.")


class InfluenceForm(AskForm):
    """What one figure of a question hangs on."""

    of: Name | None = Field(
        default=None,
        description="Figure; null: the support per vehicle where there is one, else the balance.",
    )


class DesignForm(AskForm):
    """The cheapest mix of instruments that reaches a goal."""

    reach: Annotated[StrictStr, Field(min_length=1, max_length=120), AfterValidator(_encodable)] = (
        Field(description="The goal.", examples=["balance US-JP by +1e9 USD"])
    )
    using: list[Instrument] = Field(
        default=["support", "certification", "tariff", "purchase"],
        alias="with",
        min_length=1,
        max_length=4,
    )
    minimise: Literal[
        "welfare cost",
        "welfare cost US",
        "welfare cost JP",
        "welfare cost world",
        "outlay",
        "treasury cost",
    ] = "welfare cost"
    bounds: dict[Instrument, Annotated[list[Number], Field(min_length=2, max_length=2)]] = Field(
        default_factory=dict,
        description="Own bounds of instruments, low and high.",
        examples=[{"support": [0, 20000]}],
    )
    seed: Seed = 1
    frontier: StrictBool = Field(default=True, description="The cost of other goals too.")


class CompareForm(Form):
    """Two to eight questions side by side."""

    scenarios: list[AskForm] = Field(min_length=2, max_length=8)


class CompareNow(CompareForm):
    """Questions side by side, and how they are to be answered."""

    level: Literal["slider", "certified"] = "certified"
    wait: Seconds = 20.0


class TimelineForm(Form):
    """One question over months."""

    scenario: Name | None = "us-auto-tariffs"
    toml: Text | None = None
    changes: dict[Name, Moved] = Field(default_factory=dict, max_length=128)
    tables_id: TablesId | None = None
    first: Month = Field(default="2024-01", alias="from")
    last: Month = Field(default="2026-12", alias="to", description="Inclusive.")


class TimelineNow(TimelineForm):
    """One question over months, and how long to wait for it."""

    wait: Seconds = 20.0


class CheckForm(Form):
    """A text to be checked."""

    toml: Text


class TablesForm(Form):
    """Tables as CSV text, by file; what is missing comes from the shipped ones."""

    tables: dict[File, Csv] = Field(
        min_length=1,
        max_length=64,
        examples=[{"us/investments.csv": "..."}],
        description="CSV text by file: jp|us|trade|policy/NAME.csv, as with --data DIR.",
    )


Exact = Annotated[str | None, Field(max_length=100)]


class FactsQuery(BaseModel):
    """Which facts are wanted. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field(default="", max_length=100, description="Rows whose texts contain this.")
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=1_000_000)
    market: Exact = None
    firm: Exact = None
    country: Exact = None
    plant: Exact = None
    product: Exact = None
    segment: Exact = None
    importer: Exact = None
    exporter: Exact = None
    source_id: Exact = None
    grade: Exact = None
    name: Exact = None


def options_of(form: BaseModel) -> Mapping[str, object]:
    """Return what a form asks beside scenarios and the way of answering, under its public names."""
    asked = {*AskForm.model_fields, "scenarios", "level", "tables", "wait", "kind"}
    return {
        key: value
        for key, value in form.model_dump(mode="json", by_alias=True).items()
        if key not in asked
    }
