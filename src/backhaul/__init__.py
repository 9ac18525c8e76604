"""backhaul: what trade policy does to who builds which car where, US and Japan, on 2024 tables."""

from __future__ import annotations

__version__ = "0.1.0"
