"""Names for array shapes: J products, I consumers, F firms, L links, P plants."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

PerProduct = Float[np.ndarray, " J"]
PerConsumer = Float[np.ndarray, " I"]
PerLink = Float[np.ndarray, " L"]
PerPlant = Float[np.ndarray, " P"]
ProductByConsumer = Float[np.ndarray, "J I"]
ProductByProduct = Float[np.ndarray, "J J"]
FirmByFirm = Float[np.ndarray, "F F"]
FlagPerProduct = Bool[np.ndarray, " J"]
IndexPerProduct = Int[np.ndarray, " J"]
IndexPerLink = Int[np.ndarray, " L"]


def read_only(array: object, dtype: type = float) -> np.ndarray:
    """Return a copy that nobody can write to: a frozen object must not hold a soft array."""
    copy: np.ndarray = np.array(array, dtype=dtype)
    copy.flags.writeable = False
    return copy
