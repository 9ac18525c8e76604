"""Study: many solves for one answer: run, timeline, ensemble, influence, design, claims.

Comes in:    World, Scenario; for draws and gradients the whole model of a question.
Goes out:    Outcome, Timeline, Ensemble, Influence, Design, verdicts.
Never here:  HTML, terminal output.
Start at:    run.py; for the whole model opened.py, then ensemble.py
"""
