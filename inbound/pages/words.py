"""Every word that is ours on the pages, looked up in the catalogues by its English (`replies/language.py`)."""

from typing import Final

from replies.language import Words

SERVICE: Final = Words("Cordboard")
# signing in
SIGN_IN: Final = Words("Sign in")
NAME_FIELD: Final = Words("Name")
PIN_FIELD: Final = Words("PIN")
WRONG: Final = Words("That name and PIN do not go together, or there were too many wrong ones. Wait a little.")
TOO_MANY: Final = Words("Too many wrong sign-ins here. Wait a minute.")
STALE: Final = Words("That page was too old. Nothing was done. Sign in again.")
# buttons
HOME: Final = Words("Home")
BOOK: Final = Words("Book")
CALLS: Final = Words("Calls")
BALANCE: Final = Words("Balance")
WHERE: Final = Words("Where")
HELP: Final = Words("Help")
MORE: Final = Words("More")
CALL: Final = Words("Call")
DROP: Final = Words("Drop")
AGAIN: Final = Words("Again")
REFRESH: Final = Words("Refresh")
FIND: Final = Words("Find")
SAVE: Final = Words("Save")
DELETE: Final = Words("Delete")
RING_ME: Final = Words("Ring me there")
# home
RUNG_AT: Final = Words("You are rung at {phone}.")
NO_PHONE: Final = Words("No phone of yours is known: see Where.")
TO_FIELD: Final = Words("Name or number")
# confirming
CONFIRM: Final = Words("Call?")
PARTY: Final = Words("{name} {number}")
FIRST: Final = Words("First {phone} rings: press 1.")
PRICE: Final = Words("{price}/min: you {a}, they {b}.")
CONNECT: Final = Words("And {fee} to connect.")
AT_MOST: Final = Words("At most {cap} for the call.")
AT_LEAST: Final = Words("Billed first: you {a} s, they {b} s. Money for {minutes} min.")
REPRICED: Final = Words("The price has changed. Nothing was called yet.")
CHANGED: Final = Words("Your phone book or your phone changed meanwhile. Nothing was called. Look again.")
# a call
STANDS: Final = Words("{ref} {name}: {doing}.")
ENDING: Final = Words("being ended")
SO_FAR: Final = Words("So far {paid}.")
YOU: Final = Words("You")
LEG_UP: Final = Words("{who} {number}: {time}")
LEG_RINGS: Final = Words("{who} {number}: ringing")
LEG_SILENT: Final = Words("{who} {number}: not answered")
NO_CALL: Final = Words("There is no call {ref} of yours.")
NO_CALLS: Final = Words("No calls yet.")
PENDING: Final = Words("I have your order and will act on it soon. Look under Calls; do not send it again.")
TOO_MANY_ORDERS: Final = Words("That was a lot at once; this was not taken. Wait a minute.")
# the book
NO_NAMES: Final = Words("No names here.")
FIND_FIELD: Final = Words("Begins with")
NUMBER_FIELD: Final = Words("Number")
NEW: Final = Words("New name")
NO_NAME: Final = Words("That name is not in your book any more.")
# money, place, help
BALANCE_IS: Final = Words("Balance {balance}.")
SET_ASIDE: Final = Words("For new calls {free}: the rest is set aside for calls under way.")
OTHER_FIELD: Final = Words("Other number")
HELP_TEXT: Final = Words("Choose whom to call, then Call: your phone rings, you press 1, and we ring them.")
PERSON: Final = Words("A person: {contact}.")
# trouble
TROUBLE: Final = Words("Not done")
UNREADABLE: Final = Words("I could not read what your browser sent. Nothing was done.")
ELSEWHERE: Final = Words("That came from another site's page. Nothing was done. Sign in here.")
AWAY: Final = Words("A part of our system is away. Look under Calls before you send anything again.")
FAILED: Final = Words("Something went wrong here. Look under Calls before you send anything again.")
