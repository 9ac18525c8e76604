"""The server: questions over HTTP, answered by the same code as on the command line.

Comes in: JSON of clients. Goes out: JSON, event streams, tables and pictures to download, the page.
Never here: economics, or a figure that the command line would not give.
Start at: app.py, then engine.py for what a solver process does.
"""
