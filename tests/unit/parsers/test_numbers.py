"""Numbers as people and attackers write them; the figures in ids are those of docs' list of bad inputs."""

import pytest

from kernel.errors import Refused
from parsers.emergency import is_emergency
from parsers.numbers import Kind, Number, parse_number

ZERO_WIDTH, OVERRIDE = "\u200b", "\u202e"


@pytest.mark.parametrize(
    ("text", "country", "e164", "region", "kind", "extension"),
    [
        ("+44 20 7946 0000", None, "+442079460000", "GB", Kind.FIXED, None),
        ("+442079460000", "US", "+442079460000", "GB", Kind.FIXED, None),
        ("020 7946 0000", "GB", "+442079460000", "GB", Kind.FIXED, None),
        ("020 7946 0000", "gb", "+442079460000", "GB", Kind.FIXED, None),
        ("+44 (0)20 7946 0000", "US", "+442079460000", "GB", Kind.FIXED, None),
        ("011 44 20 7946 0000", "US", "+442079460000", "GB", Kind.FIXED, None),
        ("(415) 555-2671", "US", "+14155552671", "US", Kind.FIXED_OR_MOBILE, None),
        ("415.555.2671", "US", "+14155552671", "US", Kind.FIXED_OR_MOBILE, None),
        ("1 (415) 555-2671 x512", "US", "+14155552671", "US", Kind.FIXED_OR_MOBILE, "512"),
        ("+33 1 40 00 12 34 ext. 12345678", None, "+33140001234", "FR", Kind.FIXED, "12345678"),
        ("+33140001234X7", None, "+33140001234", "FR", Kind.FIXED, "7"),
        ("+49 160 1234567", None, "+491601234567", "DE", Kind.MOBILE, None),
        ("0800 1111", "GB", "+448001111", "GB", Kind.TOLL_FREE, None),
        ("+800 1234 5678", None, "+80012345678", "001", Kind.TOLL_FREE, None),
        ("+683 4002", None, "+6834002", "NU", Kind.FIXED, None),
        # begins with 112 in its own country, as Delhi's numbers do
        ("+91 11 2345 6789", None, "+911123456789", "IN", Kind.FIXED, None),
        ("+870 773 123456", None, "+870773123456", "001", Kind.SATELLITE, None),
        ("011 870 773 123456", "US", "+870773123456", "001", Kind.SATELLITE, None),
        ("0011 870 773 123456", "AU", "+870773123456", "001", Kind.SATELLITE, None),
        ("+870 447701033", None, "+870447701033", "001", Kind.SATELLITE, None),  # Inmarsat-C: the table says why not
        ("+873 773 123456", None, "+870773123456", "001", Kind.SATELLITE, None),
        ("00 871 773 123456", "GB", "+870773123456", "001", Kind.SATELLITE, None),
        ("+8816 1234 5678", None, "+881612345678", "001", Kind.SATELLITE, None),
        ("+88216 12345678", None, "+8821612345678", "001", Kind.SATELLITE, None),
    ],
)
def test_a_number_is_read(
    text: str, country: str | None, e164: str, region: str, kind: Kind, extension: str | None
) -> None:
    assert parse_number(text, country) == Number(e164, region, kind, extension, text)


REFUSED = [
    ("58-911", "911", "US", "emergency"),
    ("58-112", "112", None, "emergency"),
    ("58-999", "999", "US", "emergency"),
    ("58-000", "000", "FR", "emergency"),
    ("58-110", "110", "JP", "emergency"),
    ("58-118", "118", "IT", "emergency"),
    ("58-15", "15", "FR", "emergency"),
    ("58-spaced", "9 1 1", "US", "emergency"),
    ("58-bracketed", "(911)", "US", "emergency"),
    ("59-9111", "9111", "US", "emergency"),
    ("59-1122", "1122", "GB", "emergency"),
    ("59-star", "*911", "US", "emergency"),
    ("59-hash", "911#", "US", "emergency"),
    ("59-tones", "911,,12345678", "US", "emergency"),
    ("59-extension", "911x12345678", "US", "emergency"),
    ("59-outside-line", "9-911", "US", "emergency"),
    ("59-trunk", "0112", None, "emergency"),
    ("59-abroad", "00112", "GB", "emergency"),
    ("59-suffix", "911-555-2671", "US", "emergency"),
    ("60-us", "+1911", None, "emergency"),
    ("60-us-long", "+1 911 555 1234", None, "emergency"),
    ("60-gb", "+44 999", "US", "emergency"),
    ("60-de", "+49 110", None, "emergency"),
    ("60-plus", "+911", None, "emergency"),
    ("62-979-short", "+979 1234 5678", None, "number_not_valid"),
    ("65-pause", "4155552671,,,1234#", "US", "number_tones"),
    ("65-ext", "+14155552671;ext=99", None, "number_tones"),
    ("65-comma", "+14155552671,1234", None, "number_tones"),
    ("65-nine-digits", "+14155552671 x123456789", None, "number_letters"),
    ("66-clir", "#31#4155552671", "US", "number_star_code"),
    ("66-star67", "*67 4155552671", "US", "number_star_code"),
    ("66-divert", "**21*4155552671#", "US", "number_star_code"),
    ("67", "&PJSIP/1900", "US", "number_is_an_address"),
    ("67-behind", "4155552671&PJSIP/1900", "US", "number_is_an_address"),
    ("67-local", "Local/1900@out", "US", "number_is_an_address"),
    ("67-slash", "4155552671/2", "US", "number_is_an_address"),
    ("67-variable", "${EXTEN}", "US", "number_letters"),
    ("68-at", "4155552671@evil.example", "US", "number_is_an_address"),
    ("68-sip", "sip:4155552671", "US", "number_is_an_address"),
    ("68-tel", "tel:4155552671;phone-context=+44", "US", "number_is_an_address"),
    ("69-full-width", "\uff14155552671", "US", "number_odd_characters"),
    ("69-arabic-indic", "415555267\u0661", "US", "number_odd_characters"),
    ("69-arabic-911", "\u0669\u0661\u0661", "US", "number_odd_characters"),
    ("69-zero-width", f"415555{ZERO_WIDTH}2671", "US", "number_odd_characters"),
    ("69-override", f"{OVERRIDE}4155552671", "US", "number_odd_characters"),
    ("69-full-width-plus", "\uff0b442079460000", "US", "number_odd_characters"),
    ("69-no-break-space", "415\u00a0555 2671", "US", "number_odd_characters"),
    ("69-nul", "4155552671\0", "US", "number_odd_characters"),
    ("69-newline", "4155552671\n1", "US", "number_odd_characters"),
    ("70-vanity", "1-800-FLOWERS", "US", "number_letters"),
    ("70-swallowed", "4155O52671", "US", "number_letters"),
    ("70-words", "call 4155552671", "US", "number_letters"),
    ("70-extension-alone", "x512", "US", "number_letters"),
    ("72-300-digits", "9" * 300, "US", "number_too_long"),
    ("72-40-digits", "4" * 40, "US", "number_too_many_digits"),
    ("72-17-digits", "+44207946000012345", None, "number_too_many_digits"),
    ("72-plus", "+", None, "number_badly_written"),
    ("72-empty", "", None, "number_empty"),
    ("72-spaces", "  ", None, "number_empty"),
    ("73", "4155552671 4155552672", "US", "number_too_many_digits"),
    ("73-plus", "+14155552671 +14155552672", None, "number_two"),
    ("73-or", "4155552671 or 4155552672", "US", "number_letters"),
    ("parentheses-open", "(415 555-2671", "US", "number_badly_written"),
    ("parentheses-crossed", "415)555(2671", "US", "number_badly_written"),
    ("short-411", "411", "US", "number_short"),
    ("short-national", "22222", "SH", "number_short"),
    ("short-international", "+1 411", None, "number_short"),
    ("no-country", "020 7946 0000", None, "number_no_country"),
    ("no-such-home", "020 7946 0000", "XX", "number_no_country"),
    ("no-such-code", "+999 123 4567", None, "number_no_such_country"),
    ("not-valid", "+1 415 155 2671", None, "number_not_valid"),
    ("area-or-satellite", "870-772-0012", "US", "number_satellite_or_national"),
    ("chicago-or-pacific", "(872) 555-0123", "US", "number_satellite_or_national"),
    ("bare-satellite", "870772001234", "US", "number_satellite_or_national"),
    ("bare-ocean-region", "873773123456", "GB", "number_satellite_or_national"),
    ("bare-without-country", "870772001234", None, "number_satellite_or_national"),
    ("bare-inmarsat-a", "8711234567", "US", "number_satellite_or_national"),
    ("bare-fifteen-digits", "870 7744 12345678", "CA", "number_satellite_or_national"),
    ("bare-quebec", "873.555.0123", "CA", "number_satellite_or_national"),
    ("satellite-of-no-country", "00870773123456", None, "number_no_country"),
    ("old-inmarsat-c", "+873 447701033", None, "satellite_inmarsat_c"),
    ("old-inmarsat-a", "+871 1234567", None, "satellite_inmarsat_a"),
    ("old-behind-prefix", "00873447701033", "GB", "satellite_inmarsat_c"),
    ("old-behind-011", "011 874 600935012", "US", "satellite_fleet_data"),
    ("old-short", "+871 77312345", None, "number_old_satellite"),
    ("satellite-length", "+870 77312345", None, "number_not_valid"),
]


@pytest.mark.parametrize(("text", "country", "key"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_not_surely_one_number_is_refused(text: str, country: str | None, key: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_number(text, country)
    assert refused.value.key == key
    shown = refused.value.fields.get("number", "")
    assert len(shown) <= 24
    assert shown.isascii()
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("+1 900 555 1234", Kind.PREMIUM, id="61-us-900"),
        pytest.param("+1 212 976 1234", Kind.PREMIUM, id="61-us-976"),
        pytest.param("+44 909 879 0123", Kind.PREMIUM, id="61-gb-9"),
        pytest.param("+44 871 901 1234", Kind.PREMIUM, id="61-gb-871"),
        pytest.param("+44 70 1234 5678", Kind.PERSONAL, id="61-gb-70"),
        pytest.param("+1 500 555 1234", Kind.PERSONAL, id="61-us-500"),
        pytest.param("+49 180 5123456", Kind.SHARED_COST, id="61-de-180"),
        pytest.param("+979 123456789", Kind.PREMIUM, id="62-979"),
        pytest.param("+808 12345678", Kind.SHARED_NETWORK, id="62-808"),
        pytest.param("+878 101234567890", Kind.SHARED_NETWORK, id="62-878"),
        pytest.param("+882 10 12345678", Kind.SHARED_NETWORK, id="62-882"),
        pytest.param("+883 510 001234567", Kind.SHARED_NETWORK, id="62-883"),
        pytest.param("+8816 12345678", Kind.SATELLITE, id="62-8816"),
    ],
)
def test_a_dear_number_is_read_and_named(text: str, kind: Kind) -> None:
    assert parse_number(text, "US").kind is kind


@pytest.mark.parametrize(
    ("text", "region"),
    [
        pytest.param("1 809 555 1234", "DO", id="63-809"),
        pytest.param("876-555-1234", "JM", id="63-876"),
        pytest.param("(284) 494-1234", "VG", id="63-284"),
        pytest.param("+269 771 2345", "KM", id="64-comoros"),
        pytest.param("+53 5 2081234", "CU", id="64-cuba"),
        pytest.param("+252 61 2345678", "SO", id="64-somalia"),
        pytest.param("+371 21234567", "LV", id="64-latvia"),
        pytest.param("+7 701 234 5678", "KZ", id="64-kazakhstan-is-not-russia"),
    ],
)
def test_the_region_is_the_numbers_own(text: str, region: str) -> None:
    """So that a zone is decided by where the number is, never by a code that countries share."""
    assert parse_number(text, "US").region == region


def test_the_same_telephone_has_one_canonical_text() -> None:
    spellings = ("415.555.2671 x512", "+1 (415) 555-2671 ext 512", "1-415-555-2671X512", "011 1 415 555 2671 x 512")
    assert {parse_number(text, "US").canonical() for text in spellings} == {"+14155552671x512"}


@pytest.mark.parametrize("digits", ["", "4155552671", "442079460000", "911123456789"])
def test_a_whole_number_is_no_emergency(digits: str) -> None:
    assert not is_emergency(digits, "US")


@pytest.mark.parametrize(
    ("text", "country", "like"),
    [
        ("870-772-0012", "US", "+18707720012"),
        ("(873) 555 0123", "CA", "+18735550123"),
        ("870772001234", "US", "+870772001234"),
        ("873773123456", "GB", "+870773123456"),  # by the code of today
        ("870772001234", None, "+870772001234"),
        ("870447701033", "US", "+870773123456"),  # an example only: Inmarsat-C takes no calls
        ("8711234567", "US", "+870773123456"),
        ("8707720012", "XX", "+870773123456"),
    ],
)
def test_what_bare_digits_may_be_is_offered_and_not_guessed(text: str, country: str | None, like: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_number(text, country)
    assert (refused.value.key, refused.value.fields["like"]) == ("number_satellite_or_national", like)
