"""Market: the nouns of the base year, and how they are reconciled from the tables.

Comes in:   the evidence.
Goes out:   products, links, plants, measures, freight; the observed base year; conduct, wedges.
Never here: what a law does to a cost, what buyers want, anything that is estimated.
Start at:   observe.py (`observe`), supply.py (`Supply`).
"""
