"""Smooth: the whole model as one differentiable function of all its numbers.

Comes in:    what is fixed of a question (frames), and the numbers that vary, as JAX arrays.
Goes out:    prices, sales, costs, multipliers and accounts, with exact gradients.
Never here:  certificates (the engine in `equilibrium` makes those), files, drawing of numbers.
Start at:    equilibrium.py (the answer), choice.py (who buys what), pricing.py (the conditions).
"""
