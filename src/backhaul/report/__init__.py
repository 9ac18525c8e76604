"""Report: one outcome as words, tables, charts, one HTML page and one folder.

Comes in:    Outcome (anything with the attributes of contract.py).
Goes out:    text for people, CSV tables, SVG charts, report.html, the output folder.
Never here:  economics; a figure is printed, never computed anew.
Start at:    folder.py, html.py
"""
