"""Why an order was not carried out: one plain sentence for each key that a `Refused` may carry.

Each is at most 160 GSM-7 characters with usual values in it, so that one text message carries it; `{fields}` are those
of the refusal.
"""

from typing import Final

from kernel.errors import Refused
from parsers.commands import NotACommand
from replies.language import ENGLISH, Words, say, translated

REFUSALS: Final[dict[str, str]] = {
    # the line
    "not_understood": "Not called: I don't know {words}.",
    "no_command": "Not called: I see no order in {words}. Write CALL and a name or number, like CALL +442079460000.",
    "only_a_name": "Not called: write CALL before the name or number.",
    "not_dropped": "Nothing dropped: I don't know {words}. Write DROP and the call's reference, like DROP K7.",
    "stands_alone": "Not called: I am not sure what you mean. To have your last call again, write AGAIN alone.",
    "nothing_said": "Not called: I found no words of yours in the message. Write for example CALL +442079460000.",
    "unreadable_mail": "Not called: I could not read that mail. Send it again as plain text.",
    "mail_too_large": "Not called: that mail is too large. Send it again without pictures and attachments.",
    "line_too_long": "Not called: that line is too long. Write one short line, for example CALL +442079460000.",
    "clause_empty": "Not called: there is nothing after {clause}. Say what should follow it.",
    "ambiguous": "Not called: I can read that in more than one way. Write the number instead of the name.",
    "two_lines": "Not called: you wrote {one}, and {other}. Which one? Send just that one.",
    "two_commands": "Not called: the subject says {one}, the text says {other}. Which one? Send just that one.",
    "subject_and_body": "Not called: the subject says {one}, but the text says more. If you want it, send it alone.",
    "subject_more": "Not called: your subject has other words. For a call write CALL before the name or number.",
    "do_you_mean": "Not called: do you mean {order}? Then send just that.",
    "two_pins": "Not called: I found two different PINs. Send it again with one.",
    "pin_malformed": "Not called: a PIN is 4 to 10 plain digits without spaces.",
    "bill_malformed": "Not called: '{code}' can't be a billing code. Use up to 32 letters, digits, dots or dashes.",
    "code_malformed": "Not called: the code that the call spoke is 4 to 10 plain digits without spaces.",
    "name_pronoun": "Not called: '{name}' may be anybody. Write a number, or another name.",
    "max_malformed": "Not called: '{limit}' can't be a limit. Write for example MAX 20, or MAX 20 MIN.",
    "language_unknown": "Not called: I don't speak '{language}'. Write LANGUAGE EN or LANGUAGE ES.",
    "field_not_one": "Not called: '{field}' must be one number or one name of your phone book, and nothing else.",
    # names
    "name_twice": "Not called: {name} stands for two numbers in your phone book. Write the number.",
    "name_or_command": "Not called: {name} is in your phone book, too. Write CALL {name} to ring them, else a number.",
    "name_bad_number": "Not called: the number kept for {name} ({number}) can't be called. Correct your phone book.",
    # numbers
    "number_alone": "Not called: if you mean the number {number}, write CALL {number}.",
    "emergency": "Not called: {number} is an emergency number. Dial it yourself on the nearest phone.",
    "number_empty": "Not called: there is no number to call.",
    "number_too_long": "Not called: {number} is too long for one telephone number.",
    "number_too_many_digits": "Not called: {number} has too many digits for one telephone number.",
    "number_short": "Not called: {number} is a short number. Write the whole number, with + and the country code.",
    "number_two": "Not called: {number} looks like two numbers. Send one.",
    "number_several": "Not called: a name may have {most} numbers at most. Leave some out.",
    "number_letters": "Not called: {number} has letters in it. Write digits only; an extension as x512.",
    "number_odd_characters": "Not called: {number} has characters that are not plain digits. Type it again in digits.",
    "number_star_code": "Not called: {number} has a star or hash code in it. Write the number alone.",
    "number_tones": "Not called: {number} has pauses or tones behind it. Write the number alone, an extension as x512.",
    "number_is_an_address": "Not called: {number} is not a telephone number. Write + and digits.",
    "number_badly_written": "Not called: I can't read {number}. Write it with + and the country code.",
    "number_not_valid": "Not called: {number} is not a number in use anywhere I know. Check its digits.",
    "number_no_such_country": "Not called: no country has the code that {number} begins with. Check it.",
    "number_no_country": "Not called: I don't know the country of {number}. Write it with + and the country code.",
    "number_satellite_or_national": "Not called: {number} may be satellite or local. Write it with +, like {like}.",
    "number_old_satellite": "Not called: {number} is an old satellite number, no longer in service. Ask for today's.",
    "not_here": "Not called: I can't do that by message yet. Write CALL, DROP or AGAIN.",
    # satellite numbers that can't speak: a family each (satellite/families.csv), and what an operator said of one
    "satellite_unassigned": "Not called: {number} is no Inmarsat number in use. Ask for one with +870 5, 76 or 77.",
    "satellite_inmarsat_a": "Not called: {number} is Inmarsat-A, switched off long ago. Ask for today's number.",
    "satellite_inmarsat_b": "Not called: {number} is Inmarsat-B, which is switched off. Ask for today's number.",
    "satellite_inmarsat_b_data": (
        "Not called: {number} was data over Inmarsat-B, which is switched off. Ask the ship for its voice number."
    ),
    "satellite_inmarsat_c": (
        "Not called: {number} is Inmarsat-C, which takes messages and no calls. Mail it, or ask for a voice number."
    ),
    "satellite_inmarsat_m": "Not called: {number} is Inmarsat-M, which is switched off. Ask for the number in use now.",
    "satellite_inmarsat_voip": (
        "Not called: {number} is in a range, +870 2, not known to take calls. Ask for a number with +870 76 or 77."
    ),
    "satellite_inmarsat_12": (
        "Not called: {number} is a 12-digit Inmarsat number, not known to take calls. Ask for one of nine digits."
    ),
    "satellite_fleet_data": (
        "Not called: {number} is that terminal's data number (GAN or Fleet). Ask for its voice number, with +870 76."
    ),
    "satellite_bgan_data": (
        "Not called: {number} is that terminal's data number (BGAN). Ask for its voice number, with +870 77."
    ),
    "satellite_ico": "Not called: {number} is of ICO, whose code is not in use. Ask for another number.",
    "satellite_ellipso": "Not called: {number} is of Ellipso, whose code is not in use. Ask for another number.",
    "satellite_fax": "Not called: {number} is that terminal's fax number. Ask for its voice number.",
    "satellite_data": "Not called: {number} is that terminal's data number. Ask for its voice number.",
    "satellite_messaging": "Not called: {number} takes messages and no calls. Send it one, or ask for a voice number.",
    "satellite_unknown": "Not called: {number} is not known to take calls. Ask whoever has it for its voice number.",
    # what is one's own
    "not_a_contact_name": "Not called: '{text}' can't be a name in your phone book. It needs a letter, and is short.",
    "name_of_phone": "Not called: {name} is what you call a phone of your own. Take another name.",
    "name_sure": "Not called: {name} stays as it is: I am not sure enough that this is you. Ask whoever runs this.",
    "name_is_command": "Not called: {name} is a word that orders something. Take another name, like {name} Smith.",
    "name_unknown": "Not called: there is no {name} in your phone book. Write NAME for those there are.",
    "book_full": "Not called: your phone book is full, with {most} names. Write NAME DELETE and one you don't need.",
    "overtaken": "Not called: a later message of yours said something else of that already.",
    "no_such_language": "Not called: I don't speak '{text}'. I speak {languages}.",
    "no_device": "Not called: I know no address of yours to send notices to.",
    # whose phone it is
    "verify_off": "Not called: new phones are switched off for you. Ask whoever runs this to add it.",
    "verify_by_pin": "Not called: with a PIN alone I add no phone. Use your secret address, or ask whoever runs this.",
    "verify_extension": "Not called: I can't speak a code to an extension. Ask whoever runs this to add that phone.",
    "verified_before": "Not called: {number} is a phone of yours already.",
    "verify_often": "Not called: I spoke a code {most} times within a day. Try again tomorrow.",
    "dear_to_verify": "Not called: a call there costs too much for a code. Ask whoever runs this to add that phone.",
    "no_code": "Not called: I spoke you no code within the last 10 minutes. Write VERIFY and the phone's number first.",
    "wrong_code": "Not called: that is not the code that I spoke. Tries left: {left}.",
    "wrong_code_last": "Not called: that is not the code that I spoke. Write VERIFY and the number for another one.",
    # the gate
    "account_closed": "Not called: this account is closed. Ask whoever runs it for you.",
    "not_proven": "Not called: I can't tell that this is from you.",
    "too_old": "Not called: your message is over two days old. Send it again if you still want it.",
    "late": "Not called: your message took {minutes} minutes to get here. Send it again if you still want the call.",
    "no_consent": "Not called: I can't ask you back here. Write MAX and what it may cost, like CALL mum MAX 5.",
    "not_in_book": "Not called: {number} is not in your phone book, and I can't ask you back here.",
    "dear": "Not called: a minute costs {price}; your money buys {minutes} min. Order it again, agreeing to the price.",
    "terminals_changed": "Not called: its numbers that can be called are others than when I asked. Order it again.",
    "ok_unknown": "Not called: I asked you nothing about {ref}. Send the order again.",
    "ok_nothing": "Not called: I have no open question for you. Send the order again.",
    "ok_which": "Not called: I asked you about {refs}. Which one? Write for example OK K7.",
    "ok_expired": "Not called: {ref} was not answered in time. Send the order again if you still want the call.",
    "ok_declined": "Not called: you said no to {ref}. Send the order again if you want the call.",
    "ok_shut": "Not called: {ref} was answered with too many wrong codes. Send the order again.",
    "asked_often": "Not called: too many wrong codes came in your name today. Try tomorrow, or ask whoever runs this.",
    "ok_weaker": "Not called: answer {ref} from where you ordered it.",
    "ok_needs_code": "Not called: answer with the code that I gave you with the question, like OK {ref} 1234.",
    "ok_wrong_code": "Not called: that is not the code that I gave you with {ref}. Look at the question again.",
    "no_phone": "Not called: I know no phone of yours to ring. Write FROM and its number.",
    "phone_not_yours": (
        "Not called: {number} is not a phone I may ring for you. If it is your own, write VERIFY and its number."
    ),
    "same_number": "Not called: {number} is the phone I would ring you on.",
    "our_own_number": "Not called: {number} is this service's own number.",
    "premium": "Not called: {number} is a special-rate number, and those are switched off for you.",
    "satellite_off": "Not called: {number} is {system}, which is off for your account. Whoever runs this can allow it.",
    "zone": "Not called: calls to {number} ({region}) are switched off for you.",
    "high_cost": "Not called: {number} is in a range known for fraud, and that is switched off for you.",
    "no_rate": "Not called: I have no price for {number}, so I can't place it.",
    "no_route": "Not called: I have no line that reaches {number}.",
    "same_call": "Not called: {ref} for the same call is {doing}.",
    "over_call_cap": "Not called: with ringing, even the shortest call there costs over your limit of {cap}.",
    "at_once": "Not called: no more than {count} calls of your account at once. Send it again when one is over.",
    "over_hour": "Not called: your account may spend {cap} an hour, and {left} is left. Try again later.",
    "over_day": "Not called: your account may spend {cap} in 24 hours, and {left} is left. Try again later.",
    "over_system_day": "Not called: {system} calls may cost {cap} in 24 hours, and {left} is left for them.",
    "no_funds": "Not called: your balance of {balance} is not enough for even the shortest call there.",
    "nothing_again": "Not called: there is no call of yours to repeat yet. Write CALL and a name or number.",
    "other_command": "Not called: that message said something else before. For another call write a new one.",
    "shunted": "Not called: something went wrong here with your message. A person has been told and will look at it.",
}
NOT_DONE: Final = {
    "call": "Not called: ",
    "again": "Not called: ",
    "ok": "Not called: ",
    "no": "Not called: ",
    "drop": "Nothing dropped: ",
    "rate": "No price: ",
    "both": "Nothing done: ",
}
"""How a sentence begins, by the command that was meant; as "both" for any other."""
TO_NO: Final[dict[str, str]] = {
    "ok_unknown": "Nothing done: I asked you nothing about {ref}. To end a call, write DROP {ref}.",
    "ok_nothing": "Nothing done: I have no open question for you. To end a call, write DROP.",
}
"""What is said instead to who wrote NO, and wants no order sent again."""
WHERE_TO_LOOK: Final[dict[str, str]] = {
    "at": " Write AT and a number; AT alone tells where I ring you.",
    "name": " NAME alone tells your names.",
    "rate": " NAME alone tells your names.",
}
"""Said behind the words that were not understood, by the command, where a message finds out what would be."""
KEYWORDS: Final = (
    Words("CALL"), Words("AT"), Words("RATE"), Words("VERIFY"), Words("CODE"), Words("LANGUAGE"), Words("FROM"),
    Words("BILL"),
)  # fmt: skip
"""What something follows: named to its writer by a word of their language."""
MORE: Final = " and more"
MOST_WORDS: Final = 4
MOST_STRAY_WORDS: Final = 2
_LONGEST_FIELD: Final = 40


def refusal_text(said: NotACommand | Refused, language: str = ENGLISH, command: str = "call") -> str:
    """The sentence for what was refused, or for the words that were not understood.

    `command` is what was meant, where a `Refused` does not concern a call.
    """
    if isinstance(said, Refused):
        fields = {name: value if len(value) <= _LONGEST_FIELD else value[:_LONGEST_FIELD] for name, value in
                  said.fields.items()}  # fmt: skip
        sentence = TO_NO.get(said.key, REFUSALS[said.key]) if command == "no" else REFUSALS[said.key]
        filled = fields | ({"clause": Words(fields["clause"])} if "clause" in fields else {})
        return _of(command, say(language, sentence, **filled), language)
    if said.why is not None:
        return refusal_text(said.why, language, said.command)
    hint = WHERE_TO_LOOK.get(said.command, "") if said.verb else ""
    most = MOST_WORDS if said.verb and said.command != "drop" and not hint else MOST_STRAY_WORDS
    words = ", ".join(f"'{word[:20]}'" for word in said.not_understood[:most])
    more = translated(language, MORE) if len(said.not_understood) > most else ""
    if not said.verb:
        return say(language, REFUSALS["no_command" if words else "only_a_name"], words=words + more)
    if said.command == "drop":
        return say(language, REFUSALS["not_dropped"], words=words + more)
    told = _of(said.command, say(language, REFUSALS["not_understood"], words=words + more), language)
    return told + translated(language, hint)


def _of(command: str, sentence: str, language: str) -> str:
    """The sentence as it begins for that command."""
    call, instead = (
        translated(language, NOT_DONE[key]) for key in ("call", command if command in NOT_DONE else "both")
    )
    return sentence if call == instead or not sentence.startswith(call) else instead + sentence.removeprefix(call)
