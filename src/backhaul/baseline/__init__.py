"""Baseline: the observed base year becomes a world that explains it.

Comes in:    Observations.
Goes out:    World (calibrated), Setting (what a state of it differs in), State (solved).
Never here:  scenario files, accounts, printing.
Start at:    calibrate.py, then settle.py.
"""
