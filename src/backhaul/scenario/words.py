"""What is wrong with an entry of a scenario file, in the words of its writer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from backhaul.ground.names import did_you_mean, listed
from backhaul.scenario.place import Place
from backhaul.scenario.scenario import Scenario

RATES = (
    *("rate", "points", "rise", "share_of_price", "weight"),
    *("adjustment", "transfer_price_response"),
)
"""Keys whose values are ratios."""

_BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")


def words(fault: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is wrong and what to do.

    Args:
        fault: A fault as pydantic lists it: loc, type, input, msg, ctx.
    """
    place, value, kind = fault["loc"], fault.get("input"), str(fault["type"])
    key = str(place[-1])
    if kind == "extra_forbidden":
        return _unknown_key(place)
    if kind == "missing":
        return f"the key {key!r} is missing.", f"Add {key} = ... below this heading."
    if kind in _BOUNDS:
        return _out_of_bounds(key, value, kind, fault.get("ctx", {}))
    if "date" in kind:
        return f"{value!r} is no date.", "Write a day as 2026-03-01, without quotes."
    if kind == "literal_error":
        return f"{value!r} is not one of {fault['ctx']['expected']}.", "Take one of these."
    return _wrong_kind(key, value, kind, fault)


def impossible_values(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield numbers that are none (nan, inf) and days given as bare numbers, as faults."""
    for place, value in _leaves(content, ()):
        if isinstance(value, float) and not math.isfinite(value):
            yield {"loc": place, "type": "finite_number", "input": value, "msg": ""}
        if place == ("as_of",) and isinstance(value, int | float):
            yield {"loc": place, "type": "date_type", "input": value, "msg": ""}


def keys_at(place: Place) -> tuple[str, ...]:
    """Return the keys that a table of a scenario file may have.

    Args:
        place: Place of an entry inside that table.
    """
    model: type[BaseModel] = Scenario
    for step in place[:-1]:
        if isinstance(step, str):
            inner = [
                part
                for part in _inner_types(model.model_fields[step].annotation)
                if isinstance(part, type) and issubclass(part, BaseModel)
            ]
            if not inner:
                return ()
            model = inner[0]
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _unknown_key(place: Place) -> tuple[str, str]:
    """Return words on a key that its table does not have."""
    key, allowed = str(place[-1]), keys_at(place)
    top = keys_at(("",))
    if len(place) > 1 and key in top:
        return (
            f"the key {key!r} does not belong to {place[0]}; it is one of the whole file.",
            "Move it above the first heading in brackets.",
        )
    otherwise = f"Take one of these: {listed(allowed, most=30)}."
    return f"the key {key!r} is unknown.", did_you_mean(key, allowed, otherwise=otherwise)


def _out_of_bounds(
    key: str, value: object, kind: str, context: Mapping[str, Any]
) -> tuple[str, str]:
    """Return words on a number that is too large or too small."""
    bound = next((context[name] for name in ("gt", "ge", "lt", "le") if name in context), None)
    relation = {
        "greater_than": "more than",
        "greater_than_equal": "at least",
        "less_than": "less than",
        "less_than_equal": "at most",
    }[kind]
    if key in RATES and isinstance(value, int | float):
        return (
            f"the ratio is {value}, which is {float(value):,.0%}; {relation} {bound:g} is allowed.",
            f"Write per cent as a ratio: 0.15 for 15 per cent; here {value / 100:g}, if "
            f"{value} per cent is meant."
            if abs(value) > 1
            else "Write per cent as a ratio: 0.15 for 15 per cent.",
        )
    return f"{value} is out of range; {relation} {bound:g} is allowed.", "Correct the number."


def _wrong_kind(key: str, value: object, kind: str, fault: Mapping[str, Any]) -> tuple[str, str]:
    """Return words on a value of another kind than wanted."""
    if kind == "finite_number" or kind.startswith(("float", "int")):
        example = "0.15 for 15 per cent" if key in RATES else "20_000 for twenty thousand"
        return f"{value!r} is not a number.", f"Write a number without quotes, such as {example}."
    if kind == "tuple_type":
        if isinstance(value, dict):
            return (
                f"{key} may come several times and is written in single brackets.",
                f"Write [[{key}]] with double brackets.",
            )
        return f"{value!r} is not a list.", f"Write a list: {key} = [...]."
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{key} is not a table.", f"Write [{key}] with single brackets, once."
    if kind in ("list_type", "string_type"):
        wanted = "a list" if kind == "list_type" else "text"
        example = f'{key} = ["..."]' if kind == "list_type" else '"..."'
        return f"{value!r} is not {wanted}.", f"Write {wanted}, such as {example}."
    if kind.endswith("too_short"):
        return f"{key} is empty.", f"Give {key} at least one entry."
    return f"{fault['msg']}.", "Correct this entry."


def _leaves(value: object, place: Place) -> Iterator[tuple[Place, object]]:
    """Yield every single value with its place."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*place, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*place, number))
    else:
        yield place, value


def _inner_types(annotation: Any) -> list[Any]:  # noqa: ANN401 - typing's own objects
    """Return a type and the types inside it."""
    inner = [part for outer in getattr(annotation, "__args__", ()) for part in _inner_types(outer)]
    return [annotation, *inner]
