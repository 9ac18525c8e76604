"""Pure functions of large immutable things that remember what they gave, by the thing itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

THINGS = 12
"""Things that a function remembers answers about; the one first seen goes first."""

ANSWERS = 4096
"""Answers about one thing, after which it begins anew."""

Thing = TypeVar("Thing")
Rest = ParamSpec("Rest")
Given = TypeVar("Given")


def remembered(
    function: Callable[Concatenate[Thing, Rest], Given],
) -> Callable[Concatenate[Thing, Rest], Given]:
    """Return the function, which answers again what it was asked before.

    The thing is known by its identity, which costs nothing, where its hash would cost more than
    the answer: all laws of a world, all links of a market. It must never change, the other
    arguments must be hashable, and what is given must not be changed by who gets it. A refusal is
    not remembered.

    Args:
        function: A pure function; its first argument is the thing.
    """
    store: OrderedDict[int, tuple[Thing, dict[Hashable, Any]]] = OrderedDict()

    @wraps(function)
    def recalled(thing: Thing, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Given:
        known = store.get(id(thing))
        if known is None or known[0] is not thing:
            known = store[id(thing)] = (thing, {})
            while len(store) > THINGS:
                store.popitem(last=False)
        answers = known[1]
        key = (args, tuple(sorted(kwargs.items())))
        if key not in answers:
            if len(answers) >= ANSWERS:
                answers.clear()
            answers[key] = function(thing, *args, **kwargs)
        found: Given = answers[key]
        return found

    return recalled
