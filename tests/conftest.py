"""Settings for all tests: hypothesis profiles, one thread per process."""

from __future__ import annotations

import os

from hypothesis import settings

# The same examples in every run: a red test can be repeated. CI looks at fewer of them.
settings.register_profile("default", deadline=None, max_examples=30, derandomize=True)
settings.register_profile("ci", deadline=None, max_examples=10, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "default")
