"""Sections: what the report says about one outcome, chapter by chapter.

Comes in:    Outcome.
Goes out:    Section, made of paragraphs, charts and grids; or nothing where there is nothing to say.
Never here:  HTML.
Start at:    chapters.py
"""
