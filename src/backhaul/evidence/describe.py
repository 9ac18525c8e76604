"""The page docs/lookup/data.md: every table and column, generated from the schema tables."""

from __future__ import annotations

from backhaul.evidence.reading import FOLDERS, shipped_schemas
from backhaul.ground.schema import Column, Schema

HEAD = """# The tables

<!-- Generated from src/backhaul/data/schema by backhaul.evidence.describe; do not edit by hand. -->

Every fact that the model uses is a row of one of these tables, with `source_id` and `grade`
(A official, B reported, C estimated or recalled). `backhaul check` checks the shipped tables,
`backhaul check DIR` a folder of your own.

**A folder of your own** follows the tree `jp|us|trade|policy/*.csv`. Files that it lacks come from
the package. An optional column that your table lacks is taken from the shipped table, by key; rows
that are not there take the default named below. Parameters and sources that your tables lack come
from the package too, but a `source_id` of your row must stand in your own `sources.csv` if you
bring one. A file with a name that is not listed here is an error.

**Format.** CSV in UTF-8, one header line, a point for decimals, no separators between thousands.
Rates are ratios: 0.15 for 15 per cent. Dates read 2024-07-01; spans are half-open, so an end is the
first day out of force. Blank cells are allowed only where *required* says no. A nameplate and its
market (US, JP) are the key of a product. What was changed when the tables were brought in stands in
`policy/adjustments.csv`; source values are kept there and in the notes.
"""

PURPOSE = {
    "jp/nameplates.csv": "What is sold in Japan, and the candidates for reverse imports.",
    "jp/prices.csv": "Prices in Japan.",
    "jp/sales.csv": "New vehicles in Japan.",
    "jp/sourcing.csv": "Where the cars sold in Japan are assembled.",
    "jp/segments.csv": "Segments of Japan, their nests and vehicle classes.",
    "jp/candidates.csv": "US-built nameplates announced or discussed for Japan.",
    "us/nameplates.csv": "What is sold in the US.",
    "us/prices.csv": "Prices in the US, two kinds for each nameplate.",
    "us/prices_epa_my2022.csv": "Sales-weighted list prices of model year 2022, for comparison.",
    "us/sales.csv": "New vehicles in the US.",
    "us/sourcing.csv": "Where the cars sold in the US are assembled, with label content.",
    "us/segments.csv": "Segments of the US, their nests and vehicle classes.",
    "trade/plant_aliases.csv": "Which plants the words of sourcing and candidates mean.",
    "trade/claims.csv": "What was said, to be checked.",
    "policy/parameters.csv": "Numbers with a range; role engine is read by the model.",
    "policy/widths.csv": "How uncertain facts without a range of their own are, by kind and grade.",
    "policy/measures.csv": "Dated laws: tariffs, taxes, support, certification.",
    "policy/country_groups.csv": "Members of the country groups that measures name.",
    "policy/adjustments.csv": "What was changed when the source tables were brought in.",
}


def data_page() -> str:
    """Return the text of docs/lookup/data.md."""
    schemas = shipped_schemas()
    parts = [HEAD]
    for folder in FOLDERS:
        parts.append(f"## {folder}\n")
        parts += [_table(s) for s in schemas.values() if s.folder == folder]
    return "\n".join(parts)


def _table(schema: Schema) -> str:
    lines = [f"### {schema.file}\n"]
    if schema.file in PURPOSE:
        lines.append(f"{PURPOSE[schema.file]}\n")
    lines.append(f"Key: {', '.join(f'`{name}`' for name in schema.key)}.\n")
    lines.append("| column | type | unit | range or values | required | meaning |")
    lines.append("|---|---|---|---|---|---|")
    lines += [_row(column) for column in schema.columns]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    required = "yes" if column.required else "no"
    if column.default:
        required += f", default {column.default}"
    cells = (f"`{column.name}`", column.type, column.unit, _range(column), required)
    return "| " + " | ".join(cells) + f" | {column.description.replace('|', '/')} |"


def _range(column: Column) -> str:
    parts = []
    if column.lower is not None or column.upper is not None:
        form = ".10g" if column.unit == "year" else ",.10g"
        low = "" if column.lower is None else format(column.lower, form)
        high = "" if column.upper is None else format(column.upper, form)
        parts.append(f"{low} to {high}")
    if column.choices:
        parts.append(", ".join(column.choices))
    if column.references:
        parts.append("in " + " or ".join(f"`{reference}`" for reference in column.references))
    if column.sum_key:
        parts.append(f"adds to 1 by {', '.join(column.sum_key)}")
    return "; ".join(parts)


if __name__ == "__main__":
    import sys

    sys.stdout.write(data_page())
