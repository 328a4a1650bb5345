"""Which satellite family a number belongs to, and old ocean-region codes turned into today's +870."""

from satellite.families import FAMILIES, OCEAN_REGIONS, Family

_BY_PREFIX = {row.prefix: row for row in FAMILIES}
_LONGEST = max(len(prefix) for prefix in _BY_PREFIX)


def classify(e164: str) -> Family | None:
    """The family of `e164` (`+870773123456`, the plus may be missing) by longest prefix; None if on the ground.

    Says nothing of the length: ask `Family.fits`. Never decided by libphonenumber's type, which calls Inmarsat data
    numbers MOBILE and Thuraya VOIP.
    """
    digits = e164.removeprefix("+")
    for length in range(min(_LONGEST, len(digits)), 3, -1):
        if row := _BY_PREFIX.get(digits[:length]):
            return row
    return None


def rewrite_ocean_region(digits: str) -> tuple[str, str | None]:
    """`873773123456` -> (`870773123456`, `IOR`): international digits without plus, and the region dropped.

    Only where the rest is a family that still speaks: otherwise the digits come back unchanged, with the region they
    name. Digits of no ocean region come back with None. To be done before libphonenumber, which knows no 871 to 874
    (ITU Operational Bulletin, communication of 20.I.2005).
    """
    region = OCEAN_REGIONS.get(digits[:3])
    if region is None:
        return digits, None
    rewritten = "870" + digits[3:]
    family = classify(rewritten)
    usable = family is not None and family.voice and family.fits(rewritten)
    return (rewritten if usable else digits), region
