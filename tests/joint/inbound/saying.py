"""Ann writes, and is answered: a mail a second later than the one before, to her secret alias."""

from email.utils import formatdate

from tests.unit.inbound.house import ANN, House


def say(
    house: House, text: str, *, to: str = "", after_ms: int = 1000, sent_ms: int | None = None, subject: str = ""
) -> str:
    """The answer, "" if there is none. `sent_ms`: when the mail says that it was sent, if not just now."""
    house.clock.now_ms += after_ms
    date = formatdate((sent_ms or house.clock.now_ms) / 1000)
    before = len(house.said())
    house.send(house.mail(text, date=date, subject=subject), to=to or house.alias)
    new = [told for address, told in house.said()[before:] if address == ANN]
    return new[-1] if new else ""
