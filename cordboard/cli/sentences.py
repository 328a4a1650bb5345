"""What an operator is told when a command is refused: one sentence for each key that only operators meet.

Refusals that users meet too (numbers, zones, funds) are worded in `replies.refusals`.
"""

from kernel.errors import CordboardError, Refused

SENTENCES = {
    "account_closed": "That account is closed, or its user shut out.",
    "account_exists": "There already is an account named {name}.",
    "account_has_no_user": "The account {name} has no user yet; add one with `cordboard accounts user`.",
    "alias_exists": "That alias exists already; try once more.",
    "amount_not_positive": "The amount must be more than nothing.",
    "cap_not_positive": "The cap must be more than nothing.",
    "contact_exists": "The phone book already has a {name}.",
    "country_needed": "{number} belongs to no country; say with --country where the user's numbers are to be read.",
    "deck_currency": "The deck {deck} is in {deck_currency}, so the account must be, too; not in {currency}.",
    "device_exists": "The address {address} already belongs to a user.",
    "no_balance_in_currency": "The account holds no money in {currency}.",
    "no_phone": "{name} has no phone yet; add one with `cordboard devices phone`.",
    "no_rate": "The deck {deck} has no row for {number}, so it can't be called.",
    "no_such_account": "There is no account {name}; see `cordboard accounts list`.",
    "no_such_alias": "No alias in use begins with {text}.",
    "no_such_contact": "The phone book has no {name}.",
    "no_such_deck": "There is no deck {deck}; import one: cordboard decks import FILE --name {deck}",
    "no_such_device": "Nobody orders from {address}.",
    "no_such_phone": "{number} is not one of the user's phones.",
    "no_such_switch": "An account is not allowed or denied {text!r}.",
    "no_such_token": "No token in use begins with {text}.",
    "no_such_user": "The account {account} has no user {name}; it has: {users}.",
    "not_a_contact_name": "{text!r} can't be a name in a phone book: it needs a letter, and six words at most.",
    "not_a_country": "{text!r} is not a country's code of two letters (ISO 3166), like FR.",
    "not_a_currency": "{text!r} is not a currency's code of three letters (ISO 4217), like USD.",
    "not_a_name": "{text!r} can't be a name: one line of 1 to {longest} characters.",
    "not_a_number": "{text!r} is not a telephone number like +12025550100.",
    "not_a_pin": "A PIN has 6 to 10 digits, and is no row or repetition.",
    "not_an_amount": "{text!r} is not an amount like 20 or 12.50.",
    "not_an_email": "{text!r} is not an e-mail address.",
    "nothing_to_settle": "No leg of that id waits to be settled; see `cordboard ledger settle`.",
    "phone_exists": "{number} already is one of the user's phones.",
    "reference_too_long": "A reference has at most {longest} characters.",
    "unknown_deck": "There is no deck {deck}; see `cordboard decks list`.",
    "user_exists": "The account already has a user named {name}.",
    "which_user": "The account {account} has several users; name one with --user: {users}.",
}


def sentence_of(error: CordboardError) -> str:
    """The one sentence that an error is told in."""
    if not isinstance(error, Refused):
        return str(error)
    if error.key in SENTENCES:
        return SENTENCES[error.key].format(**error.fields)
    from replies.refusals import REFUSALS, refusal_text  # another tenth of a second, for what is seldom needed

    if error.key not in REFUSALS:
        return f"Refused: {error.key.replace('_', ' ')}."
    said = refusal_text(error).removeprefix("Not called: ")
    return said[0].upper() + said[1:]
