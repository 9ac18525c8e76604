"""Settings for all tests: hypothesis profiles, one thread per process."""

from __future__ import annotations

import os

for library in ("OMP", "OPENBLAS", "MKL"):  # before numpy is imported
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

from hypothesis import settings  # noqa: E402

# The same examples in every run: a red test can be repeated. CI looks at fewer of them.
settings.register_profile("default", deadline=None, max_examples=30, derandomize=True)
settings.register_profile("ci", deadline=None, max_examples=10, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "default")
