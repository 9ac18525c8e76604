"""The routes, one file for each family of them.

Comes in: checked requests. Goes out: responses in the one shape for success.
Never here: solving, storing, counting: they hand on to what stands in `request.app.state.hall`.
Start at: runs.py.
"""
