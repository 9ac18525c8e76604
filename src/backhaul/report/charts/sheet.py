"""A sheet to draw on: pixels from the top left, text that stays text, colours left to the page."""

from __future__ import annotations

import io
import re
import threading
import warnings
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from backhaul.report.charts.style import PAINTS, TOKENS

if TYPE_CHECKING:
    from matplotlib.artist import Artist

WIDE, NARROW = 720.0, 328.0
Align = Literal["left", "center", "right"]
_RENDERING = threading.Lock()


@dataclass
class Sheet:
    """Shapes in the order in which they are drawn. One sheet is one picture of one width."""

    width: float
    """Pixels; WIDE or NARROW."""

    shapes: list[Artist] = field(default_factory=list)

    @property
    def is_narrow(self) -> bool:
        """Return whether the sheet is meant for a phone."""
        return self.width < 500

    def bar(self, box: tuple[float, float, float, float], token: str, opacity: float = 1.0) -> None:
        """Draw a filled rectangle: left, top, width, height."""
        from matplotlib.patches import Rectangle

        left, top, width, height = box
        colour = TOKENS[token]
        shape = Rectangle((left, top), width, height, facecolor=colour, linewidth=0, alpha=opacity)
        self.shapes.append(shape)

    def line(self, points: list[tuple[float, float]], token: str, weight: float = 1.0) -> None:
        """Draw straight lines from point to point."""
        from matplotlib.lines import Line2D

        across, down = zip(*points, strict=True)
        self.shapes.append(
            Line2D(across, down, color=TOKENS[token], linewidth=weight, solid_capstyle="butt")
        )

    def dot(self, at: tuple[float, float], token: str, radius: float = 4.5) -> None:
        """Draw a filled circle with a thin rim of paper."""
        from matplotlib.patches import Circle

        self.shapes.append(
            Circle(at, radius, facecolor=TOKENS[token], edgecolor=TOKENS["paper"], linewidth=1)
        )

    def diamond(self, at: tuple[float, float], token: str, radius: float = 5.0) -> None:
        """Draw a hollow diamond."""
        from matplotlib.patches import Polygon

        x, y = at
        corners = [(x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius)]
        self.shapes.append(
            Polygon(corners, facecolor=TOKENS["paper"], edgecolor=TOKENS[token], linewidth=1.8)
        )

    def ribbon(
        self,
        left: tuple[float, float],
        right: tuple[float, float],
        height: float,
        token: str,
        opacity: float = 0.5,
    ) -> None:
        """Draw a band of one height between its upper corners on the left and on the right."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        (x0, y0), (x1, y1) = left, right
        middle = (x0 + x1) / 2
        corners = [(x0, y0), (middle, y0), (middle, y1), (x1, y1), (x1, y1 + height)]
        corners += [(middle, y1 + height), (middle, y0 + height), (x0, y0 + height), (x0, y0)]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        shape = PathPatch(Path(corners, codes), facecolor=TOKENS[token], linewidth=0, alpha=opacity)
        self.shapes.append(shape)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        token: str = "ink",
        align: Align = "left",
        size: float = 12.5,
        *,
        bold: bool = False,
    ) -> None:
        """Write one line, its middle at this height; as "halo" it has a rim of paper."""
        from matplotlib.text import Text

        x, y = at
        shape = Text(
            x,
            y + size * 0.36,
            text,
            color=TOKENS[token],
            horizontalalignment=align,
            verticalalignment="baseline",
            fontsize=size,
            fontweight="bold" if bold else "normal",
            parse_math=False,
        )
        self.shapes.append(shape)

    def svg(self, *, identifier: str, title: str, description: str, height: float) -> str:
        """Return the picture as SVG whose colours are the page's custom properties."""
        raw = _render(shapes=self.shapes, width=self.width, height=height, salt=identifier)
        return _dress(raw, identifier=identifier, title=title, description=description)


def _render(*, shapes: list[Artist], width: float, height: float, salt: str) -> str:
    """Return what matplotlib writes; 72 dots per inch make a point a pixel."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": salt, "path.simplify": False}
    buffer = io.StringIO()
    writer: Any = FigureCanvasSVG
    with _RENDERING, rc_context(settings), warnings.catch_warnings():
        # The reader's font draws the text; that the measuring font lacks a glyph is no matter.
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*missing.*")
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        figure.patch.set_visible(False)
        from_top = Affine2D().scale(1, -1).translate(0, height)
        for order, shape in enumerate(shapes):
            shape.set_transform(from_top)
            shape.set_zorder(order)
            figure.add_artist(shape)
        writer(figure).print_svg(buffer, metadata={"Date": None})
    return buffer.getvalue()


def _dress(raw: str, *, identifier: str, title: str, description: str) -> str:
    """Return the SVG element alone, with words for screen readers and colours by name."""
    start = raw.index("<svg")
    body = raw[raw.index(">", start) + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r' id="[^"]*"', "", body)
    body = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--sans)", body)
    for token, colour in TOKENS.items():
        body = re.sub(
            re.escape(colour), PAINTS.get(token, f"var(--{token})"), body, flags=re.IGNORECASE
        )
    box = re.search(r'viewBox="([^"]*)"', raw)
    view = box.group(1) if box else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" role="img"'
        f' aria-labelledby="{identifier}-title {identifier}-desc">'
        f'<title id="{identifier}-title">{escape(title)}</title>'
        f'<desc id="{identifier}-desc">{escape(description)}</desc>'
    )
    return head + re.sub(r">\s+<", "><", body)
