"""Numbers and addresses as logs and replies may show them."""

import phonenumbers

VISIBLE_TAIL = 4


def mask_number(e164: str) -> str:
    """`+33140001234` -> `+33 1..1234`: whose it is can be recognised by who knows it, and by nobody else."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return "..."
    national = str(number.national_number)
    if len(national) <= VISIBLE_TAIL + 1:
        return f"+{number.country_code} ..."
    return f"+{number.country_code} {national[0]}..{national[-VISIBLE_TAIL:]}"


def mask_address(address: str) -> str:
    """`ann@ship.example` -> `a..@ship.example`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}..@{domain}"
