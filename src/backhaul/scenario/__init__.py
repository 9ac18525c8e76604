"""Scenario: a question as a file: named changes to a world, and a day.

Comes in:    TOML files, World.
Goes out:    Scenario, and the Setting that its changes make.
Never here:  solving, accounts, printing.
Start at:    file.py, then rates.py and entry.py for the changes.
"""
