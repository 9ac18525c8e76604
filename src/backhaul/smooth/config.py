"""Settings of JAX that hold for the whole process: 64-bit numbers, compiled programs kept on disk.

Every file of the room imports this one first. The switch to 64 bits is global: other code of the
same process that uses JAX gets 64-bit arrays too.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # the compiler tells how slow it is otherwise

import jax
import numpy as np

Array = jax.Array | np.ndarray
"""An array that may be traced."""

Number = Array | float
"""A number that may be traced. Shape () where it is an array."""


def cache_folder() -> Path:
    """Return where compiled programs are kept: `backhaul/jax` in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backhaul" / "jax"


def _configure() -> None:
    """Switch on 64-bit numbers, and the cache of compiled programs unless one is set already."""
    jax.config.update("jax_enable_x64", True)  # noqa: FBT003  (their signature)
    if jax.config.jax_compilation_cache_dir is None:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder()))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


_configure()
