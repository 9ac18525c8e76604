"""Policy: the laws of a day, compiled to what is kept of a price and what a unit costs.

Comes in:   measures, and the supply side of one market.
Goes out:   rates, certification routes, and `Delivered`: costs by link, keeps by product.
Never here: prices, sales, anything that reacts to a law.
Start at:   compile.py (`deliver`), duty.py (`tariff`).
"""
