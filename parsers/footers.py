"""What is under or around a person's own words in a mail, as tables: device footers, disclaimers, quote headers.

All entries are compared with a line in lower case, without the signs in `ORNAMENTS` at its ends. Most were seen in
public mail archives; a line that begins so is never an order, so an entry too many costs nothing.
"""

from typing import Final

ORNAMENTS: Final = " \t-\u2013\u2014*_~\u2022|<>[](){}\"'"

DEVICES: Final = (
    # BlackBerry 2001 to 2011, iPhone, Samsung, Yahoo, Windows, carriers: all say "Sent from my ..." or nearly so
    "sent from ", "sent via ", "sent using ", "sent with ", "sent on the go", "sent wirelessly", "sent by ",
    "get outlook for ", "get the new yahoo", "do you yahoo", "yahoo! mail", "typed on ", "excuse typos",
    "please excuse typos", "please excuse brevity", "please excuse my brevity", "enviado desde ", "enviado do ",
    "enviado de ", "enviado a través", "enviado pelo ", "enviado por ", "envoyé de ", "envoyé d'", "envoyé à partir ",
    "envoyé depuis ", "envoyé avec ", "von meinem ", "gesendet von ", "gesendet mit ", "diese nachricht wurde von mein",
    "inviato da", "inviata da", "verzonden vanaf ", "verzonden met ", "verstuurd vanaf ", "skickat från ", "sendt fra ",
    "wysłane z ", "lähetetty ", "отправлено ", "发自我的", "iphoneから", "obtener outlook", "obtenga outlook",
    "télécharge", "holen sie sich outlook", "scarica outlook", "baixe o outlook", "outlook für ", "outlook voor ",
    # satellite messengers
    "view the location or send a reply", "do not reply directly to this message", "this message was sent to you using",
    "this message was sent from", "this message was sent using", "this message was sent via",
    "this message was sent with",
    "to reply to this message", "i am using a satellite", "zoleo",
    # radio and satellite mail
    "radio email processed by", "express sending station", "senders template version", "no changes or editing of this",
    "winlink", "message sent via winlink", "sailmail", "this email was sent via iridium", "onsatmail", "xgate",
    # carriers' text-to-mail gateways
    "this mobile text message is brought to you", "this text message was sent", "you have received a text message",
    "this is an mms", "t-mobile", "text message from your",
)  # fmt: skip

DEVICE_SUBJECTS: Final = (
    "inreach message from ", "message from ", "text message from ", "sms from ", "new text message", "no subject",
    "kein betreff", "sin asunto", "sans objet", "nessun oggetto", "geen onderwerp",
)  # fmt: skip
"""How a subject begins that nobody wrote: a device or mail program put it there."""

LINKS: Final = ("inreachlink.com/", "explore.garmin.com/", "share.garmin.com/", "zoleo.com/", "maps.google.com/")
"""A line that is no more than a link to one of these ends the text; so does such a link at the end of a line."""

DISCLAIMERS: Final = (
    "this e-mail and ", "this email and ", "this message and ", "this e-mail is ", "this email is ", "this message is ",
    "this e-mail may ", "this email may ", "this message may ", "this message contains", "this e-mail contains",
    "this email contains", "this communication ", "the information contained in", "the information in this",
    "the contents of this", "confidential", "disclaimer", "legal notice", "important notice", "notice:",
    "privileged ", "if you are not the intended", "if you have received this", "please consider the environment",
    "p please consider the environment", "save paper", "este mensaje", "este correo", "aviso legal", "la información ",
    "ce message ", "ce courriel ", "diese e-mail ", "diese nachricht ", "der inhalt dieser", "esta mensagem",
    "este e-mail", "questo messaggio", "questa e-mail", "le informazioni contenute", "dit bericht", "deze e-mail",
    "virus-free", "this email has been checked for viruses", "scanned by ", "registered in england",
    "registered office",
)  # fmt: skip

FORWARDS: Final = (
    "begin forwarded message", "forwarded message", "original message", "original appointment", "forwarded by ",
    "mensaje original", "mensaje reenviado", "inicio del mensaje reenviado", "message d'origine", "message original",
    "message transféré", "début du message", "message réexpédié", "ursprüngliche nachricht", "original-nachricht",
    "weitergeleitete nachricht", "anfang der weitergeleiteten", "mensagem original", "mensagem encaminhada",
    "início da mensagem", "messaggio originale", "messaggio inoltrato", "inizio messaggio inoltrato",
    "oorspronkelijk bericht", "doorgestuurd bericht", "begin doorgestuurd bericht", "ursprungligt meddelande",
)  # fmt: skip

ATTRIBUTIONS: Final = (
    # how the line above a quote begins, and the verb it has before its colon
    ("on ", " wrote"), ("el ", " escribió"), ("el ", " escribio"), ("le ", " a écrit"), ("am ", " schrieb"),
    ("em ", " escreveu"), ("a ", " escreveu"), ("il ", " ha scritto"), ("in data ", " ha scritto"), ("op ", " schreef"),
    ("den ", " skrev"), ("den ", " schrieb"), ("på ", " skrev"), ("dnia ", " napisał"),
)  # fmt: skip

WROTE: Final = tuple(sorted({verb for _, verb in ATTRIBUTIONS}))

SENDER_FIELDS: Final = frozenset(
    {"from", "de", "von", "da", "van", "från", "fra", "od", "от", "expéditeur", "mittente", "remetente", "afzender"}
)
_OTHER_FIELDS = """sent,date,to,subject,cc,sender,reply-to,enviado,enviado el,fecha,para,asunto,envoyé,envoyé le,
date d'envoi,à,objet,gesendet,datum,an,betreff,data,enviada em,enviada,assunto,inviato,a,oggetto,verzonden,aan,
onderwerp,skickat,till,ämne,sendt,til,emne"""
OTHER_FIELDS: Final = frozenset(_OTHER_FIELDS.replace("\n", "").split(","))
