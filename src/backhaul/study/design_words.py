"""A design in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backhaul.study.amount import amount, one_of

if TYPE_CHECKING:
    from backhaul.study.design import Design

TIGHT = 1e-4
"""First-order residual above which the answer is called no optimum."""


def sentences(design: Design) -> tuple[str, ...]:
    """Return what is reached, with what, at which cost, and what one more unit would cost."""
    goal, mix = design.goal, design.mix
    used = [
        f"{row['label'] or row['instrument']} {row['setting']:,.6g} {row['unit']}".rstrip()
        for row in design.mix_rows()
        if row["setting"] != row["at_rest"]
    ]
    with_ = "; ".join(used) if used else "every instrument at rest"
    if not design.feasible:
        return (
            f"The goal, {goal.text}, cannot be reached within these bounds: {reachable(design)}; "
            f"it comes nearest with {with_}.",
            f"That costs {amount(mix.cost, design.cost.unit)} ({design.cost.text}).",
        )
    said = [
        f"The cheapest mix that reaches {goal.text}: {with_}.",
        f"It costs {amount(mix.cost, design.cost.unit)} a year ({design.cost.text}), and one "
        f"more {one_of(goal.unit)} of the goal would cost "
        f"{amount(mix.shadow_price, design.cost.unit)}."
        if mix.shadow_price
        else f"It costs {amount(mix.cost, design.cost.unit)} a year ({design.cost.text}); the "
        "goal does not bind, so more of it costs nothing.",
    ]
    bound = [
        f"{row['instrument']} at its {'least' if row['at_bound'] == 'low' else 'most'}, "
        f"{row['setting']:,.6g}"
        for row in design.mix_rows()
        if row["at_bound"]
    ]
    if bound:
        said.append(f"At a bound: {'; '.join(bound)}.")
    if mix.lost:
        said.append(f"Trials without an answer, from which the search stepped back: {mix.lost:,}.")
    if not mix.starts:
        said.append(
            "Every search ran over the edge of where there are answers; this is the cheapest mix "
            "that was met before it."
        )
    if mix.residual > TIGHT:
        said.append(
            f"The search did not end at an exact optimum: {mix.residual:.1e} of the cost's "
            "gradient is left over."
        )
    if mix.different > 1:
        said.append(
            f"{mix.starts} starts ended at {mix.different} different costs; this is the least."
        )
    return tuple(said)


def reachable(design: Design) -> str:
    """Return between what amounts the goal's figure can be brought."""
    low, high = design.reachable or (design.mix.goal, design.mix.goal)
    unit = design.goal.unit
    return f"{design.goal.figure} can be brought from {amount(low, unit)} to {amount(high, unit)}"
