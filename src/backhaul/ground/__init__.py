"""Ground: reading tables, dates, currencies and names, with no idea of cars or policy.

Comes in:   a CSV file and its schema; dates, currency codes and names as text.
Goes out:   typed tables with line numbers, spans of days, and lists of problems.
Never here: a fact, a source, or anything that knows what a column means to an economist.
Start at:   table.py
"""
