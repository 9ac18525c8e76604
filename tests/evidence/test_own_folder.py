"""A folder of the user's own: it fits the shipped tables, or every misfit is told at once."""

from __future__ import annotations

import csv

import pytest

from backhaul.errors import EvidenceError
from backhaul.evidence.catalogue import Evidence
from backhaul.evidence.check import check
from backhaul.evidence.reading import DATA


@pytest.fixture
def folder(tmp_path):
    """Return a maker of folders: copy a shipped table and change its rows."""

    def make(file, change=lambda rows: rows, drop=()):
        with (DATA / file).open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            names = [name for name in reader.fieldnames if name not in drop]
            rows = list(reader)
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(change(rows))
        return tmp_path

    return make


def first(**changes):
    """Return a change of the first row."""
    return lambda rows: [{**rows[0], **changes}, *rows[1:]]


def only(folder):
    (problem,) = check(folder)
    return problem


@pytest.mark.parametrize("file", ["us/sales.csv", "policy/parameters.csv", "trade/routes.csv"])
def test_a_copy_of_a_shipped_table_is_good(folder, file):
    """What ships can come back as one's own."""
    found = Evidence.load(folder(file))
    assert found.own == frozenset({file})


def test_an_unknown_nameplate_suggests_the_nearest(folder):
    """A slip in a nameplate is told in its row, with the name that was meant."""
    place = folder("us/prices_epa_my2022.csv", first(nameplate_id="toyota_rav5"))
    problem = only(place)

    assert (problem.file, problem.row) == ("us/prices_epa_my2022.csv", 2)
    assert (problem.column, problem.value) == ("nameplate_id", "toyota_rav5")
    assert "stands in none of us/nameplates.csv" in problem.what
    assert problem.fix == "Write 'toyota_rav4', if that is what you mean."


def test_a_source_without_a_source_is_told(folder):
    """Every row has a source that exists."""
    problem = only(folder("jp/sales.csv", first(source_id="response_390752")))

    assert (problem.row, problem.column, problem.value) == (2, "source_id", "response_390752")
    assert "jp/sources.csv" in problem.what
    assert problem.fix.startswith("Write 'response_39075")


def test_a_source_taken_out_of_ones_own_sources_is_missed(folder):
    """One's own rows rest on one's own sources, where these are given."""
    folder("us/sales.csv")
    place = folder("us/sources.csv", lambda rows: [r for r in rows if r["id"] != "s_jato_msn"])
    problems = check(place)

    assert {p.value for p in problems} == {"s_jato_msn"}
    assert {p.file for p in problems} == {"us/sales.csv"}


def test_a_grade_is_a_b_or_c(folder):
    """Another grade is refused."""
    problem = only(folder("us/sales.csv", first(grade="D")))
    assert (problem.row, problem.column, problem.value) == (2, "grade", "D")
    assert "one of A, B, C" in problem.what


@pytest.mark.parametrize(
    ("change", "row", "what"),
    [
        (lambda rows: [{**rows[0]}, {**rows[1], "price": ""}, *rows[2:]], 3, "blank"),
        (lambda rows: rows[2:], None, "toyota_rav4 is sold (us/sales.csv, line 2) and has no"),
    ],
)
def test_a_missing_price_is_told(folder, change, row, what):
    """A blank price and a product without a row are both told, with the product."""
    problem = only(folder("us/prices.csv", change))

    assert (problem.file, problem.row, problem.column) == ("us/prices.csv", row, "price")
    assert what in problem.what
    assert problem.fix.startswith(("Fill it in", "Add a row for toyota_rav4"))


def test_negative_units_duplicates_and_shares_come_together(folder):
    """Faults in several tables come in one list."""
    folder("us/sales.csv", lambda rows: [{**rows[0], "units": "-5"}, *rows[1:], rows[1]])
    place = folder("jp/sourcing.csv", first(share="0.9"))
    with pytest.raises(EvidenceError) as caught:
        Evidence.load(place)
    told = {(p.file, p.row, p.column, p.value) for p in caught.value.problems}

    assert told == {
        ("us/sales.csv", 2, "units", "-5"),
        ("us/sales.csv", 240, "market, year, nameplate_id", "US, 2024, toyota_camry"),
        ("jp/sourcing.csv", 2, "share", "0.9"),
    }
    assert caught.value.what == "3 problems in jp/sourcing.csv, us/sales.csv."
    assert caught.value.exit_code == 2


def test_a_plant_in_words_needs_an_alias(folder):
    """Words that mean no plant are told with the words that the table of aliases knows."""
    problem = only(folder("us/sourcing.csv", first(plant="Woodstock and Cambridge ON (TMMC)")))
    assert (problem.row, problem.column) == (2, "plant")
    assert problem.fix == "Write 'Woodstock+Cambridge ON (TMMC)', if that is what you mean."


def test_a_parameter_outside_its_range_is_told(folder):
    """low <= value <= high."""
    problem = only(folder("policy/parameters.csv", first(value="-1")))
    assert (problem.row, problem.column, problem.value) == (2, "value", "-1")
    assert "outside its range -8 to -3.5" in problem.what


@pytest.mark.parametrize(
    ("name", "suggests"),
    [
        ("us/price.csv", "us/prices.csv"),
        ("usa/prices.csv", "us/prices.csv"),
        ("us/prices.xlsx", "us/prices.csv"),
        ("prices.csv", "prices.csv"),
    ],
)
def test_a_file_with_another_name_is_told(tmp_path, name, suggests):
    """A table that would be ignored is an error, with the name that was meant."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x\n")
    problem = only(tmp_path)
    assert problem.file == name
    assert suggests in problem.fix


def test_an_empty_folder_is_told(tmp_path):
    """A folder without tables would be the shipped tables under another name."""
    assert "holds no table" in only(tmp_path).what


def test_a_broken_table_tells_only_its_own_fault(tmp_path):
    """An empty table of nameplates is one problem, not one for each row that names one."""
    (tmp_path / "us").mkdir()
    (tmp_path / "us" / "nameplates.csv").write_bytes(b"")
    problem = only(tmp_path)
    assert (problem.file, problem.row) == ("us/nameplates.csv", None)
    assert "empty" in problem.what


def test_a_shipped_row_that_no_longer_fits_says_so(folder):
    """If a nameplate is gone, the shipped rows that name it are told as shipped."""
    place = folder("us/nameplates.csv", lambda rows: rows[1:])
    problems = check(place)
    assert {p.value for p in problems} == {"toyota_rav4"}
    assert all("is the shipped table" in p.fix for p in problems)


def test_older_tables_take_their_new_columns_from_the_package(folder):
    """Columns that came later are filled by key; a new row takes the default."""
    folder("us/nameplates.csv", drop=("aggregate", "models"))
    place = folder("jp/sales.csv", drop=("months_on_sale",))
    found = Evidence.load(place)

    shipped = Evidence.load()
    for table, column in [(("us", "nameplates"), "models"), (("jp", "sales"), "months_on_sale")]:
        assert list(found.table(*table)[column]) == list(shipped.table(*table)[column])


def test_fewer_parameters_and_sources_are_filled_up(folder):
    """One's own parameters override; those that one lacks come from the package."""
    place = folder("policy/parameters.csv", lambda rows: [{**rows[0], "value": "-6"}])
    found = Evidence.load(place)
    assert found.parameter("own_price_elasticity_us_model").value == -6
    assert next(iter(found.parameters)) == "own_price_elasticity_us_model"
    assert set(found.parameters) == set(Evidence.load().parameters)


def test_ports_without_the_prefix_are_read_as_ports(folder):
    """An older table of routes names ports without 'port_'; both mean the same port."""
    place = folder(
        "trade/routes.csv",
        lambda rows: [{**r, "origin_port": r["origin_port"].removeprefix("port_")} for r in rows],
    )
    found = Evidence.load(place).table("trade", "routes")
    assert list(found["origin_port"]) == list(
        Evidence.load().table("trade", "routes")["origin_port"]
    )
