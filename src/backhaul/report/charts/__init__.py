"""Charts: pictures of tables as SVG, drawn by matplotlib and coloured by the page.

Comes in:    plain rows of labels and numbers.
Goes out:    Chart, with a wide and a narrow SVG that share one title and description.
Never here:  an Outcome; words about economics.
Start at:    sheet.py
"""
