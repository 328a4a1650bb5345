"""An operator's own rows: a number above a prefix above the table, and a sentence for each line that can't be taken."""

from collections.abc import Iterator

import pytest

from kernel.errors import Refused
from parsers.numbers import Kind, parse_number
from replies.refusals import refusal_text
from satellite.numbering import classify, in_table, rewrite_ocean_region, use
from satellite.overrides import read

FILE = """prefix,system,family,digits,service,source
+870 764848793,,,,fax,the ship's list
870764848794,,,,data,the ship's list
870 773-000-001,,IsatPhone,,messaging,
8707730,,,,unknown,
87079,Inmarsat,New voice range,9-10,voice,a letter
8703,,,,voice,
87076,,,,voice,
"""


def used(text: str) -> None:
    found = read(text, in_table)
    assert not found.errors
    use(found.rows)


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    used(FILE)
    yield
    use(())


@pytest.mark.parametrize(
    ("e164", "family", "service", "why_not"),
    [
        ("+870764848793", "Mini-M or Fleet voice", "fax", "satellite_fax"),
        ("+870764848794", "Mini-M or Fleet voice", "data", "satellite_data"),
        ("+870764848792", "Mini-M or Fleet voice", "voice", ""),
        ("+870773000001", "IsatPhone", "messaging", "satellite_messaging"),
        ("+870773000002", "BGAN, FleetBroadband or IsatPhone voice", "unknown", "satellite_unknown"),
        ("+870773123456", "BGAN, FleetBroadband or IsatPhone voice", "voice", ""),
        ("+870791234567", "New voice range", "voice", ""),
        ("+8707912345678", "New voice range", "voice", ""),
        ("+870324798181", "Inmarsat-B", "voice", ""),
        ("+870391234567", "Inmarsat-B", "voice", ""),  # a shorter prefix of the operator's is above the table's own
        ("+870447701033", "Inmarsat-C", "messaging", "satellite_inmarsat_c"),
    ],
)
def test_a_number_is_above_a_prefix_above_the_table(e164: str, family: str, service: str, why_not: str) -> None:
    found = classify(e164)
    assert found is not None
    assert (found.system, found.family, found.service, found.why_not) == ("Inmarsat", family, service, why_not)
    assert found.voice is not bool(why_not)
    assert found.source


def test_the_number_is_read_by_the_same_rows() -> None:
    assert parse_number("+8707912345678", None).kind is Kind.SATELLITE
    assert rewrite_ocean_region("871791234567") == ("870791234567", "AOR-E")
    with pytest.raises(Refused, match="satellite_fax"):
        parse_number("+871 764848793", None)
    use(())
    with pytest.raises(Refused, match="number_not_valid"):
        parse_number("+8707912345678", None)
    assert parse_number("+871 764848793", None).e164 == "+870764848793"


def test_a_row_of_a_number_is_of_no_longer_one() -> None:
    used("prefix,service\n881612345678,fax\n8816123456,data\n")
    assert [getattr(classify(n), "service", "") for n in ("+881612345678", "+8816123456789")] == ["fax", "data"]


def test_it_says_to_ask_for_the_voice_number() -> None:
    found = classify("+870764848793")
    assert found is not None
    said = refusal_text(Refused(found.why_not, number="+870 764848793"))
    assert said == "Not called: +870 764848793 is that terminal's fax number. Ask for its voice number."


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("+44 7700,,,,voice,", "line 2: 447700 is not behind a satellite code (870, 881, 882, 883)"),
        ("871764848793,,,,fax,", "line 2: 871 is no more: write 870764848793"),
        ("87,,,,voice,", "line 2: the prefix '87' is not 3 to 15 digits"),
        ("8707x,,,,voice,", "line 2: the prefix '8707x' is not 3 to 15 digits"),
        ("\u0668\u0667\u0660,,,,voice,", "line 2: the prefix '\u0668\u0667\u0660' is not 3 to 15 digits"),
        (",,,,voice,", "line 2: the prefix '' is not 3 to 15 digits"),
        ("87076,,,,speech,", "the service 'speech' is not one of voice, fax, data, messaging, unknown"),
        ("87076,,,,,", "line 2: the service '' is not one of voice, fax, data, messaging, unknown"),
        ("87076,Starlink,,,voice,", "line 2: the system 'Starlink' is not one of Inmarsat, Iridium,"),
        ("88351,,,9,voice,", "line 2: the table has nothing for 88351: say its system, one of Inmarsat,"),
        ("88351,Thuraya,,,voice,", "line 2: the table has nothing for 88351: say how many digits follow the code"),
        ("87076,,,nine,voice,", "line 2: the digits 'nine' are not a length like 9, or two like 7-12"),
        ("87076,,,13,voice,", "line 2: the digits '13' are not a length"),
        ("8707648487931,,,,fax,", "has more digits than a number of its family, which has 9 behind the code"),
        (f"87076,,{'x' * 41},,voice,", "line 2: the family 'xxxxxxxxxxxxxxxxxxxx' is not a name of plain letters"),
        ("87076,,Fleet\x1b[2J,,voice,", "is not a name of plain letters"),
        ("87076,,Fleet, 77,voice,x,y", "line 2: it has 7 fields under 6 columns; put quotes around a comma"),
        ('87076,,"Fleet,,voice,', "line 2: it is not CSV: unexpected end of data"),
    ],
)
def test_a_wrong_line_is_told_in_a_sentence(line: str, sentence: str) -> None:
    found = read(f"prefix,system,family,digits,service,source\n{line}\n", in_table)
    assert len(found.errors) == 1
    assert sentence in found.errors[0]
    assert not found.rows


def test_every_wrong_line_is_told() -> None:
    found = read("prefix,service\n\n87076,voice\n87077,speech\n8,voice\n 870-76 ,fax\n", in_table)
    assert [error.partition(":")[0] for error in found.errors] == ["line 4", "line 5", "line 6"]
    assert found.errors[-1] == "line 6: 87076 is there twice"


@pytest.mark.parametrize(
    ("heads", "errors"),
    [
        ("prefix,sort", ["there is no column 'sort'", "there is no column 'service', which is needed"]),
        ("number,service", ["there is no column 'number'", "there is no column 'prefix', which is needed"]),
        ("prefix,service,service", ["a column is there twice"]),
    ],
)
def test_wrong_columns(heads: str, errors: list[str]) -> None:
    found = read(f"{heads}\n87076,voice\n", in_table)
    assert [told in said for told, said in zip(errors, found.errors, strict=True)] == [True] * len(errors)


@pytest.mark.parametrize("text", ["", "\n\n", "prefix,service\n", "Service,Prefix\r\nVOICE,87076\r\n"])
def test_what_is_hardly_anything(text: str) -> None:
    assert not read(text, in_table).errors
