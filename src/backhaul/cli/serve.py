"""`backhaul serve`: the page and the REST interface, in one server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(  # noqa: PLR0913 - options of a command
    *,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port; 0 picks a free one.")
    ] = 8765,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")
    ] = "127.0.0.1",
    public_host: Annotated[
        list[str] | None,
        typer.Option(
            "--public-host",
            metavar="NAME",
            help="Name under which a proxy in front is known; may be given several times.",
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            "--proxy",
            metavar="ADDRESS",
            help="Address of a proxy in front that is believed when it says for whom it asks "
            "(X-Forwarded-For); may be given several times. Without it none is.",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="DIR",
            help="Folder for finished answers and the queue of jobs; by default in the user's "
            "data folder.",
        ),
    ] = None,
    solvers: Annotated[
        int | None,
        typer.Option(
            "--solvers",
            min=1,
            max=64,
            show_default=False,
            help="Processes that answer while a slider moves; by default two, one for each core "
            "where there are fewer.",
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Serve the page and the REST interface until interrupted; works without internet.

    The first line on standard output is the address. Finished answers outlive a restart.
    """
    from backhaul.web.serve import Place, settings_of
    from backhaul.web.serve import serve as run

    place = Place(host, port, tuple(public_host or ()), tuple(proxy or ()))
    run(place, settings_of(store, place, solvers), browser=browser)
