"""Numbers and addresses as logs and replies may show them."""

VISIBLE_TAIL = 4


def mask_number(e164: str) -> str:
    """`+33140001234` -> `+33 1..1234`: country and region can be guessed, the subscriber can't."""
    if len(e164) <= VISIBLE_TAIL + 3:
        return "..."
    return f"{e164[:3]} {e164[3]}..{e164[-VISIBLE_TAIL:]}"


def mask_address(address: str) -> str:
    """`ann@ship.example` -> `a..@ship.example`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}..@{domain}"
