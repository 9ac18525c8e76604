"""Equilibrium: from tastes and wedges to prices and sales.

Comes in:    Taste, Wedge, Conduct, and prices to start from.
Goes out:    Equilibrium, with its Certificate; backed-out costs; sourcing shares.
Never here:  why a wedge is what it is: laws, countries, files.
Start at:    solve.py (the answer), pricing.py (the conditions), certificate.py (the proof).
"""
