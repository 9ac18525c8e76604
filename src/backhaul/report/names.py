"""Names for people: countries, markets, firms, segments and recipients from their identifiers."""

from __future__ import annotations

COUNTRIES = {
    "USA": "United States",
    "JPN": "Japan",
    "MEX": "Mexico",
    "CAN": "Canada",
    "KOR": "South Korea",
    "DEU": "Germany",
    "GBR": "United Kingdom",
    "CHN": "China",
    "THA": "Thailand",
    "IND": "India",
    "IDN": "Indonesia",
    "ITA": "Italy",
    "FRA": "France",
    "ESP": "Spain",
    "SWE": "Sweden",
    "SVK": "Slovakia",
    "HUN": "Hungary",
    "AUT": "Austria",
    "BEL": "Belgium",
    "CZE": "Czechia",
    "POL": "Poland",
    "PRT": "Portugal",
    "ROU": "Romania",
    "SVN": "Slovenia",
    "TUR": "Türkiye",
    "ZAF": "South Africa",
    "BRA": "Brazil",
    "NLD": "Netherlands",
    "FIN": "Finland",
    "MAR": "Morocco",
    "US": "United States",
    "JP": "Japan",
}

_UPPER = frozenset(
    {"bmw", "gm", "vw", "byd", "jlr", "kgm", "gac", "saic", "us", "jp", "usa", "jpn", "usd", "jpy"}
    | {"suv", "suvs", "mpv", "ev", "bev", "phev", "hev", "ice", "msrp", "fx", "cif", "fob"}
)
_PROPER = {
    "japan": "Japan",
    "canada": "Canada",
    "lhd": "left-hand drive",
    "rhd": "right-hand drive",
}
_ADJECTIVES = {"US": "American", "JP": "Japanese"}


def country(code: str) -> str:
    """Return a country's or market's name; a code that is not in the list stays as it is."""
    return COUNTRIES.get(code, code)


def buyers(market: str) -> str:
    """Return "Japanese" for "JP": the adjective of a market's buyers."""
    return _ADJECTIVES.get(market, market)


def readable(identifier: str) -> str:
    """Return an identifier as words: "large_suv" is "Large SUV", "toyota" is "Toyota".

    A text that already has capitals or blanks is a name and stays as it is.
    """
    if not identifier.islower() or " " in identifier:
        return COUNTRIES.get(identifier, identifier.replace("_", " "))
    words = [_word(word) for word in identifier.split("_") if word]
    if not words:
        return identifier
    text = " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])
    return text.replace(" built", "-built") if " built" in text else text


def inside(identifier: str) -> str:
    """Return an identifier as words inside a sentence: without the capital that is no name's."""
    text = readable(identifier)
    first = identifier.split("_")[0]
    is_name = first in _UPPER or _PROPER.get(first, "x")[0].isupper() or not identifier.islower()
    return text if is_name else text[:1].lower() + text[1:]


def _word(word: str) -> str:
    """Return one word of an identifier as it is written."""
    return word.upper() if word in _UPPER else _PROPER.get(word, word)


def firm(identifier: str) -> str:
    """Return a firm's name: each word of its identifier with a capital."""
    if not identifier.islower():
        return identifier
    words = identifier.split("_")
    return " ".join(word.upper() if word in _UPPER else word.capitalize() for word in words)


def party(identifier: str) -> str:
    """Return who gains or pays: "consumers_JP" is "Consumers, Japan", "bmw" is "BMW"."""
    if identifier in _UPPER:
        return identifier.upper()
    head, _, tail = identifier.rpartition("_")
    if head and tail in _ADJECTIVES:
        return f"{readable(head.lower())}, {country(tail)}"
    return capital(readable(identifier))


def uncapital(text: str) -> str:
    """Return a text as it stands inside a sentence: "US-Japan balance" keeps its capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """Return a text with a capital at its head; "iPhone" and the like do not occur here."""
    return text[:1].upper() + text[1:]
