"""Demand: from tastes and prices to who buys what.

Comes in: observed prices, shares, nests, incomes, calibration targets; or a pyblp results object.
Goes out: `Taste`, choice probabilities, slopes and elasticities, consumer surplus, the hedonic
value of a product nobody has seen yet.
Never here: costs, policies, who owns which product, how a price is set.
Start at: `taste.py` (the noun), `shares.py` (the verb), `moments.py` (where the numbers come from).
"""
