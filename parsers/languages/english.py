"""English, but for its verbs: those are in the command table itself, beside what they do."""

from typing import Final

from parsers.languages.language import Language

ENGLISH: Final = Language(
    code="en",
    names=("en", "english", "inglés"),
    verbs={},  # they stand in the table: parsers/table.py
    clauses={
        "from": ("from",),
        "at": (
            "at", "ring me at", "ring me on", "call me at", "call me on", "phone me at", "phone me on",
            "reach me at", "reach me on", "i am at", "i'm at", "im at",
        ),
        "bill": ("bill",),
        "max": ("max", "maximum"),
        "private": ("private", "privately"),
        "pin": ("pin",),
    },
    words={
        "please": ("please", "pls", "plz", "kindly"),
        "closing": ("thanks", "thank you", "many thanks", "thx", "cheers", "please", "pls", "plz"),
        "now": ("now", "right now"),
        "and": ("and",),
        "article": ("the", "my"),
        "calendar": (
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
            "sunday", "christmas", "easter", "noon", "midnight", "dawn", "dusk", "night", "lunch", "dinner",
            "last", "once", "least", "most",
        ),
        "when": ("later", "soon", "today", "tonight", "tomorrow", "tmrw", "tmr", "2moro", "asap"),
        "but": (
            "not", "don't", "dont", "never", "wait", "actually", "instead", "unless", "until", "till", "if", "when",
            "before", "after", "yet",
        ),
        "interjection": (
            "sure", "yes", "yeah", "yep", "yup", "ya", "y", "nope", "nah", "k", "kk", "hi", "hey", "hello", "yo", "wow",
            "oh", "lol", "sorry", "god", "dear", "urgent", "free", "true", "right", "really", "welcome", "on", "in",
            "up", "down", "out", "off",
        ),
        "noun": (
            "phone bill", "phone bills", "phone book", "phone box", "phone call", "phone card", "phone company",
            "phone line", "phone shop", "phone store", "call box", "call center", "call centre", "call sign",
            "ring road",
        ),
        "pronoun": ("me", "you", "u", "us", "him", "her", "them", "it", "back", "somebody", "someone"),
        "asking": (
            "can you", "can u", "could you", "could u", "would you", "will you", "i want to", "i need to",
            "i would like to", "i'd like to", "let me", "you can",
        ),
        "around_reference": ("the", "my", "this", "that", "call", "order", "it", "now"),
        "minutes": ("min", "mins", "minute", "minutes"),
        "on": ("on",),
        "off": ("off",),
        "delete": ("delete", "remove"),
        "list": ("list", "all"),
        "courtesy": (
            "thanks", "thank", "thx", "ty", "you", "u", "so", "very", "much", "many", "cheers", "ok", "okay",
            "k", "got", "it", "great", "good", "nice", "fine", "perfect", "noted", "received", "appreciated",
            "a", "lot", "lots", "all", "the", "best", "regards", "rgds", "kind", "yours", "sincerely", "bye",
            "again",
        ),
        "sign_off": ("all", "the", "best", "kind", "regards", "rgds", "yours", "sincerely"),
        "thanks": ("thanks", "thank", "thankyou", "thx", "thnx", "tnx", "tks", "ty", "cheers", "appreciated"),
        "greeting": ("hi", "hello", "hey", "urgent"),
    },
)  # fmt: skip
