"""Pages that only tell something: the balance, how it works and who helps."""

from billing.holds import available
from billing.ledger import balance as balance_of
from inbound.pages import words
from inbound.pages.forms import Form
from inbound.pages.here import Here
from inbound.pages.model import Listing, whole
from kernel.money import display_held


def balance(here: Here, _form: Form) -> Listing:
    """What there is, and what of it a new call may spend."""
    has, free = balance_of(here.conn, here.account.id), available(here.conn, here.account.id)
    currency = here.account.currency
    lines = [here.say(words.BALANCE_IS, balance=display_held(has, currency))]
    if free != has:
        lines.append(here.say(words.SET_ASIDE, free=display_held(free, currency)))
    links = (here.button("calls", words.CALLS), here.button("home", words.HOME))
    return whole(here.page(words.BALANCE, lines=tuple(lines), links=links, token=here.look()))


def help_page(here: Here, _form: Form) -> Listing:
    """How a call goes, and a human to turn to."""
    person = (here.say(words.PERSON, contact=here.human_contact),) if here.human_contact else ()
    lines = (here.say(words.HELP_TEXT), *person)
    return whole(here.page(words.HELP, lines=lines, links=(here.button("home", words.HOME),), token=here.look()))
