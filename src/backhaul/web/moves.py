"""From moved controls to a scenario file, and back."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

from backhaul.errors import Problem
from backhaul.ground.names import suggestion
from backhaul.web.controls import PARAMETER, Control, Value
from backhaul.web.failure import RequestError, shown

Content = dict[str, Any]
"""A scenario as its file says it."""

ANNOUNCED = ["announced"]


def moved(
    content: Mapping[str, Any], changes: Mapping[str, Value], controls: Mapping[str, Control]
) -> Content:
    """Return the content of a scenario with controls moved; the same content where none moves it.

    Args:
        content: What the scenario's file says.
        changes: New value by control; None takes the scenario's own entry back.
        controls: All controls, in the order in which they are applied.

    Raises:
        RequestError: a control is unknown, its value is not allowed, or it has nothing to act on;
            lists them all.
    """
    problems = [
        problem
        for name, value in changes.items()
        if (problem := _refusal(name, value, controls)) is not None
    ]
    result: Content = copy.deepcopy(dict(content))
    if not problems:
        for name in controls:
            if name in changes and not _apply(result, name, changes[name]):
                problems.append(_nothing_to_act_on(name, changes[name]))
    if problems:
        count = len(problems)
        raise RequestError(
            where="changes",
            what=f"{count} control{' is' if count == 1 else 's are'} not moved as allowed.",
            fix="Correct the entries listed; GET /api/v1/controls has all bounds.",
            problems=tuple(problems),
        )
    return result


def own_controls(content: Mapping[str, Any], controls: Mapping[str, Control]) -> tuple[str, ...]:
    """Return the controls that a scenario's own text sets."""
    kept = dict(content)
    return tuple(name for name in controls if _removed(copy.deepcopy(kept), name) != kept)


def _removed(content: Content, name: str) -> Content:
    """Return the content without what one control would set."""
    family, *parts = name.split(".")
    if family in ("certification", "steering"):
        for entry in content.get("enter", ()):
            entry.pop(family, None)
    elif family == "paid_by":
        for entry in (*content.get("commit", ()), *content.get("subsidise", ())):
            entry.pop(family, None)
    else:
        FAMILIES[family](content, tuple(parts), False if family == "entry" else None)
    return content


def _refusal(name: str, value: Value, controls: Mapping[str, Control]) -> Problem | None:
    """Return what is wrong with one moved control, or None."""
    control = controls.get(name)
    if control is None:
        return _problem(name, value, "there is no such control.", suggestion(name, tuple(controls)))
    if value is None:
        return None
    if control.kind == "number":
        return _number_refusal(control, value)
    if control.kind == "switch" and not isinstance(value, bool):
        return _problem(name, value, "it is neither true nor false.", "Give true or false.")
    if control.choices is not None and value not in control.choices:
        allowed = ", ".join(control.choices)
        return _problem(name, value, f"it is not one of: {allowed}.", "Take one of these.")
    return None


def _number_refusal(control: Control, value: Value) -> Problem | None:
    """Return what is wrong with the value of a control that takes numbers."""
    if isinstance(value, bool | str) or value is None or not math.isfinite(value):
        return _problem(control.id, value, "it is not a number.", "Give a number.")
    low, high = control.low, control.high
    if low is not None and high is not None and not low <= value <= high:
        what = f"{value:g} is outside {low:g} to {high:g} {control.unit}."
        return _problem(control.id, value, what, "Take a value between these.")
    return None


def _nothing_to_act_on(name: str, value: Value) -> Problem:
    """Return the problem of a control whose object is not in the scenario."""
    if name == "paid_by":
        fix = "Move 'commitment' or 'support' too."
        return _problem(name, value, "nobody pays anything in this scenario.", fix)
    fix = "Set 'entry' to true too."
    return _problem(name, value, "no car enters in this scenario, so it moves nothing.", fix)


def _problem(name: str, value: object, what: str, fix: str) -> Problem:
    return Problem(
        file="changes", row=None, column=shown(name), value=shown(value), what=what, fix=fix
    )


def _apply(content: Content, name: str, value: Value) -> bool:
    """Move one control; return whether there is anything that it acts on."""
    family, *parts = name.split(".")
    return FAMILIES[family](content, tuple(parts), value)


def _list_entry(
    content: Content, table: str, match: Mapping[str, Any], new: Mapping[str, Any] | None
) -> bool:
    """Take the entries of a list that match away, and append a new one, if any."""
    kept = [
        entry
        for entry in content.get(table, ())
        if any(entry.get(key) != value for key, value in match.items())
    ]
    if new is not None:
        kept.append({**match, **new})
    _keep(content, table, kept)
    return True


def _keep(content: Content, table: str, value: Any) -> None:  # noqa: ANN401 - a list or a table
    """Put a table in its place, or away where it is empty."""
    if value:
        content[table] = value
    else:
        content.pop(table, None)


def _duty(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    match = dict(zip(("importer", "exporter", "class"), parts, strict=True))
    return _list_entry(content, "set_duty", match, None if value is None else {"rate": value})


def _points(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    match = dict(zip(("importer", "class"), parts, strict=True))
    return _list_entry(content, "add_points", match, {"points": value} if value else None)


def _entry(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    if value:
        content.setdefault("enter", [{"market": "JP", "products": list(ANNOUNCED)}])
    elif value is False:
        content.pop("enter", None)
        for table in ("commit", "subsidise"):
            _keep(content, table, [e for e in content.get(table, ()) if not _in_japan(e)])
    return True


def _in_japan(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("market", "JP") == "JP")


def _of_entrants(key: str) -> Callable[[Content, tuple[str, ...], Value], bool]:
    """Return what sets one key of every entry of cars; the scenario's own stays with None."""

    def move(content: Content, parts: tuple[str, ...], value: Value) -> bool:
        entries = content.get("enter", ())
        if value is not None:
            for entry in entries:
                entry[key] = value
        return bool(entries)

    return move


def _entering(content: Content) -> list[str]:
    """Return the names of the cars that enter."""
    return list(dict.fromkeys(name for e in content.get("enter", ()) for name in _listed(e)))


def _listed(entry: Mapping[str, Any]) -> list[str]:
    products = entry.get("products", ANNOUNCED)
    return [products] if isinstance(products, str) else list(products)


def _commitment(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    if not value:
        _keep(content, "commit", [e for e in content.get("commit", ()) if not _in_japan(e)])
        return True
    for entry in content.get("commit", ()):
        entry["units"] = value
        return True
    names = _entering(content)
    if names:
        content["commit"] = [{"market": "JP", "products": names, "units": value}]
    return bool(names)


def _support(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    kept = [e for e in content.get("subsidise", ()) if not _in_japan(e)]
    names = _entering(content)
    if value and names:
        payer = next((e["paid_by"] for e in content.get("subsidise", ()) if "paid_by" in e), None)
        new = {"market": "JP", "products": names, "usd_per_vehicle": value}
        kept.append(new if payer is None else {**new, "paid_by": payer})
    _keep(content, "subsidise", kept)
    return bool(names) or not value


def _paid_by(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    entries = (*content.get("commit", ()), *content.get("subsidise", ()))
    if value is not None:
        for entry in entries:
            entry["paid_by"] = value
    return bool(entries) or value is None


def _in_table(table: str, key: str) -> Callable[[Content, tuple[str, ...], Value], bool]:
    """Return what sets one key of a table; with a part of the id, that part is the key."""

    def move(content: Content, parts: tuple[str, ...], value: Value) -> bool:
        name = parts[0] if parts else key
        inner = {k: v for k, v in content.get(table, {}).items() if k != name}
        if value is not None:
            inner[name] = value
        _keep(content, table, inner)
        return True

    return move


def _purchase(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    match = {"product": "ford_f_series"}
    new = {"seller_market": "US", "buyer": "JP", "units": value} if value else None
    return _list_entry(content, "buy", match, new)


def _invest(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    match = {"firm": parts[0]}
    new = {"usd": value, "market": "US", "origin": "JPN"} if value else None
    return _list_entry(content, "invest", match, new)


def _surge(content: Content, parts: tuple[str, ...], value: Value) -> bool:
    new = {"market": "US", "powertrain": parts[0], "firm": "toyota", "rise": value}
    return _list_entry(content, "surge", {}, new if value else None)


FAMILIES: Mapping[str, Callable[[Content, tuple[str, ...], Value], bool]] = {
    "duty": _duty,
    "points": _points,
    "entry": _entry,
    "certification": _of_entrants("certification"),
    "steering": _of_entrants("steering"),
    "commitment": _commitment,
    "support": _support,
    "paid_by": _paid_by,
    "exchange_rate": _in_table("exchange_rate", "jpy_per_usd"),
    "purchase": _purchase,
    "invest": _invest,
    "surge": _surge,
    "plants": _in_table("horizon", "plants"),
    "adjustment": _in_table("horizon", "adjustment"),
    "transfer_price_response": _in_table("horizon", "transfer_price_response"),
    PARAMETER: _in_table("parameters", ""),
}
"""What moves, by the first part of a control's id; each says whether there is anything to move."""
