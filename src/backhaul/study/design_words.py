"""A design in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backhaul.study.amount import amount

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
            f"The goal, {goal.text}, cannot be reached within these bounds: the most is "
            f"{amount(mix.goal, goal.unit)}, with {with_}.",
            f"That costs {amount(mix.cost, design.cost.unit)} ({design.cost.text}).",
        )
    said = [
        f"The cheapest mix that reaches {goal.text}: {with_}.",
        f"It costs {amount(mix.cost, design.cost.unit)} a year ({design.cost.text}), and one "
        f"more {goal.unit or 'unit'} of the goal would cost {mix.shadow_price:.3g} "
        f"{design.cost.unit}."
        if mix.shadow_price
        else f"It costs {amount(mix.cost, design.cost.unit)} a year ({design.cost.text}); the "
        "goal does not bind, so more of it costs nothing.",
    ]
    bound = [row["instrument"] for row in design.mix_rows() if row["bound_shadow_price"] > 0]
    if bound:
        said.append(f"Bounds that bind: {', '.join(bound)}.")
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
