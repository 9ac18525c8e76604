"""Sections: what the report says about one outcome, chapter by chapter.

Comes in:    Outcome.
Goes out:    Section, made of paragraphs, charts and grids; or nothing.
Never here:  HTML.
Start at:    chapters.py
"""
