"""Let `python -m backhaul` be the command line."""

from __future__ import annotations

import sys

from backhaul.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
