"""Settings of JAX that hold for the whole process: 64-bit numbers, compiled programs kept on disk.

Every file of the room imports this one first. The switch to 64 bits is global: other code of the
same process that uses JAX gets 64-bit arrays too. So is the single thread of scipy's linear
algebra, which JAX calls for factors of matrices.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # the compiler tells how slow it is otherwise

import jax
import numpy as np
import scipy

Array = jax.Array | np.ndarray
"""An array that may be traced."""

Number = Array | float
"""A number that may be traced. Shape () where it is an array."""


def cache_folder() -> Path:
    """Return where compiled programs are kept: `backhaul/jax` in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backhaul" / "jax"


def _one_thread_of_algebra() -> None:
    """Keep scipy's linear algebra to one thread, where it brings its own library.

    On matrices of a few hundred rows a second thread only waits, at four times the processor time;
    draws are what is shared out between processors. The library reads its environment when it is
    loaded, which has happened by now.
    """
    beside = Path(scipy.__file__).parent.with_name("scipy.libs")
    for path in beside.glob("libscipy_openblas*"):
        setter = getattr(ctypes.CDLL(str(path)), "scipy_openblas_set_num_threads", None)
        if setter is not None:
            setter(1)


def _configure() -> None:
    """Switch on 64-bit numbers, and the cache of compiled programs unless one is set already."""
    jax.config.update("jax_enable_x64", True)  # noqa: FBT003  (their signature)
    if jax.config.jax_compilation_cache_dir is None:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder()))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


_one_thread_of_algebra()
_configure()
