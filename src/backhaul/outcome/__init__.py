"""Outcome: the books of one before-and-after.

Comes in:    two States of one World, baseline and scenario.
Goes out:    Outcome: figures, tables, identities checked, certificate.
Never here:  solving, files, HTML.
Start at:    outcome.py for the result, accounts.py for who receives each dollar.
"""
