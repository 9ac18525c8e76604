"""Evidence: the facts, each with its source and grade, checked before anybody uses them.

Comes in:   the shipped tables, or a folder of a user's own that replaces some of them.
Goes out:   `Evidence`: tables, parameters, sources and claims that hold together.
Never here: a market, a calibration, or a value that no row supports.
Start at:   catalogue.py
"""
