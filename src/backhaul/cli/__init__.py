"""Command line: one question in, one answer out, for people and for scripts.

Comes in:    the words after `backhaul`.
Goes out:    tables for people, plain lines for pipes, one JSON object for programs, an exit code.
Never here:  economics, rules for the tables, HTML.
Start at:    main.py (the commands and the error boundary), answer.py (what a command returns).
"""
