"""Checks: what each claim is held against, one function a check.

Comes in:    a claim, the facts, shipped scenarios run when first asked for.
Goes out:    Finding: verdict, figure, reason, sources.
Never here:  verdicts or figures written by hand.
Start at:    bench.py, then trade.py, events.py, programme.py, tariffs.py.
"""
