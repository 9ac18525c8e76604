"""Study: many solves for one answer: run, low and high runs, claims.

Comes in:    World, Scenario.
Goes out:    Outcome, verdicts.
Never here:  HTML, terminal output.
Start at:    run.py
"""
