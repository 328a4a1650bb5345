"""Every sentence we say to a sender of an order that was accepted, and of how it went. Refusals: replies/refusals.py.

The first line is the answer, within 160 GSM-7 characters; what follows it is detail.
"""

ACCEPTED = "{ref} Ringing {phone}. Press 1, then {name}. About {price}/min."
ACCEPTED_TRUSTED = "{ref} Ringing {phone}, then {name}. About {price}/min."
AGAIN = "{ref} As {before} again: ringing {phone}. Press 1, then {name}. About {price}/min."
ACCEPTED_B_FIRST = "{ref} Ringing {name} first, then your phone {phone}. About {price}/min."
AGAIN_B_FIRST = "{ref} As {before} again: ringing {name} first, then your phone {phone}. About {price}/min."
AGAIN_TRUSTED = "{ref} As {before} again: ringing {phone}, then {name}. About {price}/min."
AT_MOST = " {most} at most."
"""Behind one of these, if the order said so."""
AT_MOST_MINUTES = " {minutes} min at most."
TWO_SATELLITES = " Both by satellite: expect a delay of a second."
"""Behind the first answer: each word goes up and down twice."""
AT_MOST_BOTH = " {most} and {minutes} min at most."

TRYING = " I try its {count} numbers in turn."
TRYING_SOME = " I try {count} of its {all} numbers: the rest can't be called."
TRYING_SHORT = " {count} of {all} numbers."
"""Behind the first answer, where a name has several numbers."""

ASKED: dict[str, str] = {
    "ask_quote": (
        "{ref} Call {name}{from_} at {price}/min: them {theirs} (first {first_b} s), you {yours} ({first_a} s){fee}? "
        "{buys} Reply {ok} in {within} min."
    ),
    "ask_new": "{ref} {name} is new. Call{from_} at about {price}/min? Reply {ok} (or NO {ref}) in {within} min.",
    "ask_phone": "{ref} {phone} is new. Ring it to call {name}, {price}/min? Reply {ok} (or NO {ref}) in {within} min.",
    "ask_costly": "{ref} Call {name}{from_} at about {price}/min? Reply {ok} (or NO {ref}) within {within} min.",
    "ask_late": "{ref} {minutes} min late: call {name}{from_} at {price}/min? Reply {ok} (or NO {ref}) in {within} min",
}
"""Questions, by why one is asked."""
ASKED_FROM = " from {phone}"
QUOTE_FEE = ", {fee} fee"
QUOTE_BUYS: dict[str, str] = {"balance": "Balance buys {minutes} min.", "limit": "Your limit is {minutes} min."}
"""How long the talk of a quoted call may be, by what ends it."""
OK_BEFORE = "{ref} was called already: it is {doing}."
DECLINED = "{ref} was not called."
NO_TOO_LATE = "{ref} was called already. Write DROP {ref} to end it."

PIN_LOCKED = (
    "Somebody sent wrong PINs in your name. No PIN is taken until {until}; your secret address goes on working. "
    "Was it not you? Tell whoever runs this."
)
PIN_LOCKED_SUBJECT = "Wrong PINs"
FROM_ELSEWHERE = "From {address}, which I can't answer: {answer}"

DROPPING = "{ref} is being dropped."
DROP_OVER = "{ref} is over already: {how}."
DROP_UNKNOWN = "There is no {ref}. Nothing was dropped."
DROP_NOTHING = "Nothing to drop: you have no call under way."
DROP_ONE = "{ref} is {name}"
DROP_WHICH = "Drop which one? {calls}. Write for example DROP {ref}."
DROP_LATE = (
    "Nothing dropped: your message took {minutes} minutes and {ref} was ordered since. Write DROP {ref} to end it."
)

TEXTS_STOPPED = "Your carrier stops our texts to {phone}, which wrote STOP. To have them again, text us START from it."
TEXTS_STOPPED_OPERATOR = (
    "{phone} wrote STOP, so its carrier stops our texts to it until it writes START. See: cordboard devices list"
)
TOO_MANY_TEXTS = "Not called: too many texts from you in one minute. Wait a minute, then send it again."

DOING: dict[str, str] = {
    "due": "about to ring you",
    "claimed": "about to ring you",
    "ringing_a": "ringing you now",
    "reaching_a": "ringing you now",
    "confirming": "waiting for you to press 1",
    "confirming_b": "waiting for the other party to press 1",
    "reaching_b": "ringing the other party",
    "ringing_b": "ringing the other party",
    "speaking": "speaking your code",
    "joined": "going on",
}
"""How far a call is, by its order's state as `orders.states.how_far` tells it."""

OUTCOMES: dict[str, str] = {
    "talked": "{ref} {name}, {talk}. You paid {paid}. Balance {balance}.",
    "not_confirmed": "{ref} Nobody pressed 1 on {phone}, so {name} was not rung. You paid {paid}.",
    "dropped": "{ref} The call to {name} was ended as asked. You paid {paid}.",
    "a_left": "{ref} You hung up before {name} answered. You paid {paid}.",
    "b_left": "{ref} {name} hung up before your phone {phone} answered. You paid {paid}.",
    "b_not_confirmed": "{ref} {name} answered, but nobody pressed 1, so {phone} was not rung. You paid {paid}.",
    "expired": "{ref} Not called: the exchange could not take it in time. Nothing was charged. Please send it again.",
    "no_port": "{ref} Not called: all lines stayed busy. Nothing was charged. Please send it again.",
    "no_route": "{ref} Not called: I have no line that may carry it. Nothing was charged.",
    "interrupted": "{ref} Broken off: the exchange failed. You paid {paid}. Please send it again.",
    "switch_lost": "{ref} Broken off: the switch was lost. You paid {paid}. Send AGAIN to call once more.",
    "a_busy": "{ref} Your phone {phone} was busy. {name} was not rung. You paid {paid}. Please send it again.",
    "a_no_answer": "{ref} Your phone {phone} did not answer. {name} was not rung. You paid {paid}.",
    "a_rejected": "{ref} Your phone {phone} declined the call. {name} was not rung. You paid {paid}.",
    "a_bad_number": "{ref} Your phone {phone} is not in service as written. {name} was not rung. You paid {paid}.",
    "a_unreachable": "{ref} Your phone {phone} could not be reached. {name} was not rung. You paid {paid}.",
    "a_congestion": "{ref} The lines to {phone} are full. {name} was not rung. You paid {paid}. Please send it again.",
    "b_busy": "{ref} {name} busy. You paid {paid}. Please send it again.",
    "b_no_answer": "{ref} {name} did not answer. You paid {paid}. Please send it again later.",
    "b_rejected": "{ref} {name} declined the call. You paid {paid}.",
    "b_bad_number": "{ref} {name}: that number is not in service. You paid {paid}.",
    "b_unreachable": "{ref} {name} could not be reached. You paid {paid}. Please send it again later.",
    "b_congestion": "{ref} The lines to {name} are full. You paid {paid}. Please send it again.",
    "code_spoken": "{ref} Your code was spoken to {phone}. Write CODE and its digits within 10 min. You paid {paid}.",
    "code_cut_short": "{ref} {phone} hung up early. If you heard the code, write CODE and its digits. You paid {paid}.",
    "code_not_spoken": "{ref} No code could be spoken to {phone}. You paid {paid}. Write VERIFY and the number again.",
}
B_WAITED: dict[str, str] = {
    "a_busy": "{ref} {name} answered, but your phone {phone} was busy. You paid {paid}. Please send it again.",
    "a_no_answer": "{ref} {name} answered, but your phone {phone} did not. You paid {paid}.",
    "a_rejected": "{ref} {name} answered, but your phone {phone} declined the call. You paid {paid}.",
    "a_bad_number": "{ref} {name} answered, but your phone {phone} is not in service as written. You paid {paid}.",
    "a_unreachable": "{ref} {name} answered, but your phone {phone} could not be reached. You paid {paid}.",
    "a_congestion": "{ref} {name} answered, but the lines to {phone} are full. You paid {paid}. Please send it again.",
}
"""How a call went whose B was rung first, and waited for A."""
CODE_UNHEARD = "{ref} {phone} could not be had, so no code was spoken. Write VERIFY and the number to try again."
PRIVATE_PARTY = "a private number"
PRIVATE_PHONE = "your phone"
PRIVATE_NUMBER = "(private)"
"""In a private call: in place of the other party's number, of the phone that rings first, of either in a receipt."""

OVER: dict[str, str] = {
    "talked": "you were through to {name}",
    "not_confirmed": "nobody pressed 1",
    "dropped": "it was ended as asked",
    "a_left": "you hung up before {name} answered",
    "b_left": "{name} hung up before your phone answered",
    "b_not_confirmed": "{name} did not press 1",
    "expired": "it was never called",
    "no_port": "all lines stayed busy",
    "no_route": "no line may carry it",
    "interrupted": "it was broken off",
    "switch_lost": "its switch was lost",
    "a_busy": "your phone was busy",
    "a_no_answer": "your phone did not answer",
    "a_rejected": "your phone declined it",
    "a_bad_number": "your phone's number is not in service",
    "a_unreachable": "your phone could not be reached",
    "a_congestion": "the lines to your phone were full",
    "b_busy": "{name} was busy",
    "b_no_answer": "{name} did not answer",
    "b_rejected": "{name} declined it",
    "b_bad_number": "the number of {name} is not in service",
    "b_unreachable": "{name} could not be reached",
    "b_congestion": "the lines to {name} were full",
    "code_spoken": "I spoke the code to {name}",
    "code_cut_short": "{name} hung up early",
    "code_not_spoken": "I could not speak the code",
}
"""The same in a few words, for who drops what has ended."""

DROPPED_TALKING = "{ref} {name}, {talk}, then ended as asked. You paid {paid}. Balance {balance}."
CUT_OFF = (
    "{ref} {name}, {talk}, then cut off: that was all the money for this call. You paid {paid}. Balance {balance}."
)
YOU = "You"
OTHER_PARTY = "Other party"
BILL_CODE = "Bill code {code}."
LEG_LINE = "{who} {number}: {talk}, {charge}"
LEG_LINE_BILLED = "{who} {number}: {talk} (billed as {billed}), {charge}"
LEG_UNANSWERED = "{who} {number}: not answered, nothing charged"
ESTIMATED = " (estimated: the exchange stopped; billed to when it was last seen in the call)"
CAPPED = " (no more than was set aside)"
WAIVED = " (not charged)"
TOTAL_LINE = "Total {paid}. Balance {balance}."


def duration(milliseconds: int) -> str:
    """`42 s`, `3 min 5 s`, `1 h 2 min`: whole seconds, a started one counted."""
    seconds = -(-milliseconds // 1000)
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min {rest} s"
    return f"{hours} h {minutes} min"
