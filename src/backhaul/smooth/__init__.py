"""Smooth: the whole model as one differentiable function of all its numbers.

Comes in:    a world and the settings of a question; then values of all its inputs.
Goes out:    every headline figure of a draw with its proof, and slopes in every input.
Never here:  certificates (the engine in `equilibrium` makes those), files, drawing of numbers.
Start at:    model.py (the whole), answer.py (one draw), equilibrium.py (prices and multipliers).
"""
