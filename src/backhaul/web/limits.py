"""How much one request, one client and the whole server may take."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep one client from taking what belongs to all."""

    body_bytes: int = 256 * 1024
    """Largest body of a request."""

    toml_bytes: int = 64 * 1024
    """Largest scenario text."""

    tables_bytes: int = 2 * 1024 * 1024
    """Largest body with tables."""

    table_lines: int = 5_000
    """Most lines of one uploaded table."""

    tables_lines: int = 20_000
    """Most lines of all uploaded tables together."""

    tables_seconds: float = 15.0
    """Longest check of uploaded tables."""

    tables_per_client: int = 8
    """Sets of tables of one client that are kept; the oldest goes first."""

    kept_tables: int = 500
    """Sets of tables of all clients that are kept."""

    entries: int = 64
    """Most changes of one scenario."""

    slider_seconds: float = 20.0
    """Longest solve behind a slider; then its process is replaced."""

    job_seconds: float = 1800.0
    """Longest job."""

    waiting_per_client: int = 6
    """Slider questions of one client that wait or are being solved."""

    waiting_per_address: int = 128
    """Slider questions of one remote address, whatever its clients are called."""

    waiting: int = 256
    """Slider questions of all clients."""

    jobs_per_client: int = 4
    """Jobs of one client that are queued or running."""

    jobs_per_address: int = 16
    """Jobs of one remote address, whatever its clients are called."""

    jobs: int = 128
    """Jobs of all clients that are queued or running."""

    draws: int = 16_384
    """Most draws of an ensemble."""

    streams: int = 256
    """Event streams that are open at once."""

    kept_answers: int = 20_000
    """Slider answers that stay in the store."""

    kept_folders: int = 2_000
    """Answers with tables that stay in the store."""

    kept_jobs: int = 10_000
    """Ended jobs that stay in the store."""

    most_wait: float = 60.0
    """Longest that a request waits for a job, seconds."""

    def as_dict(self) -> dict[str, object]:
        """Return the limits as GET health shows them."""
        return asdict(self)
