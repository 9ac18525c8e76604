"""Benchmarks: what the engine costs, beside the field's standard program. `make bench` runs them.

Comes in: the shipped tables, pyblp's automobile data, invented markets with fixed seeds.
Goes out: tables on standard output, or JSON. Every part runs in a process of its own, on one BLAS
thread, so that its peak memory is its own.
Never here: tests; nothing of this runs with them.
Start at: `parts.py` (what is measured), `show.py` (the tables).
"""
