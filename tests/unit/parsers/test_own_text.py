"""Where a person's own words end, in the languages and devices of the tables."""

import pytest

from parsers import footers
from parsers.html_text import html_text
from parsers.own_text import own_text


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nAnn\n+1 415 555 2673",
        "--\nAnn",
        "-" * 26 + "\nSent from my BlackBerry Wireless Handheld (www.BlackBerry.net)",
        "Sent from my BlackBerry device on the Rogers Wireless Network",
        "Sent via BlackBerry by AT&T",
        "Sent from my Verizon Wireless BlackBerry",
        "Sent via BlackBerry from T-Mobile",
        "Sent wirelessly from my BlackBerry",
        "- Sent from my iPhone",
        "*Sent from my iPad*",
        "Sent from my Galaxy",
        "Sent from Mail for Windows",
        "Sent from Yahoo Mail on Android",
        "Get Outlook for Android<https://aka.ms/x>",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Von meinem iPhone gesendet",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPad",
        "View the location or send a reply to Ann:\nhttps://inreachlink.com/abc",
        "https://inreachlink.com/aB_-3",
        "Do not reply directly to this message.",
        "This message was sent to you using the inReach two-way satellite communicator",
        "-----\nExpress Sending Station: VE3ABC",
        "radio email processed by SailMail",
        "This mobile text message is brought to you by AT&T",
        "Do you Yahoo!?",
        "**********\nThis e-mail is confidential",
        "CONFIDENTIALITY NOTICE: the contents",
        "Este mensaje es confidencial",
        "Diese E-Mail enthält vertrauliche Informationen",
        "-----Original Message-----\nFrom: x",
        "----- Mensaje original -----",
        "-----Ursprüngliche Nachricht-----",
        "-----Message d'origine-----",
        "---------------------- Forwarded by Ann/HOU/ECT on 10/18/2001",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "Début du message réexpédié :",
        "On Tue, Mar 4, 2025 at 9:58 AM Bob <bob@example.org> wrote:\n\nquoted",
        "On Tue, Mar 4, 2025 at 9:58 AM\nBob Longname-Withhyphen\n<bob@example.org>\nwrote:",
        "--- On Tue, 3/1/11, Bob <bob@example.org> wrote:",
        "El mar, 4 mar 2025 a las 9:58, Bob (<bob@example.org>) escribió:",
        "Le 4 mars 2025 à 10:12, Bob <bob@example.org> a écrit :",
        "Am 04.03.2025 um 10:12 schrieb Bob <bob@example.org>:",
        "Em ter., 4 de mar. de 2025 às 09:58, Bob <bob@example.org> escreveu:",
        "Il giorno mar 4 mar 2025 alle ore 09:58 Bob\n<bob@example.org> ha scritto:",
        "Op di 4 mrt 2025 om 09:58 schreef Bob <bob@example.org>:",
        "Bob wrote:",
        "From: Bob\nSent: Tuesday\nTo: Ann\nSubject: x",
        "*From:* Bob\n*Date:* Tuesday",
        "De : Bob\nEnvoyé : mardi",
        "Von: Bob\nGesendet: Dienstag",
        "De: Bob\nEnviado el: martes",
        "Da: Bob\nInviato: martedì",
        "Van: Bob\nVerzonden: dinsdag",
        "> CALL bob\nCALL office",
    ],
)
def test_what_is_not_the_persons_own_is_cut(tail: str) -> None:
    assert own_text(f"CALL mum\n\n{tail}\nCALL bob\n") == "CALL mum"


@pytest.mark.parametrize(
    "text",
    [
        "CALL mum\nFROM office\nPIN 1234",
        "CALL mum\nFrom: office",
        "On my way, call mum",
        "- milk\n- bread",
        "CALL mum\n\nBest regards\nAnn",
        "CALL +44 20 7946 0000 -",
    ],
)
def test_own_words_are_kept(text: str) -> None:
    assert own_text(text) == text


def test_words_under_a_quote_are_own_after_an_empty_line() -> None:
    assert own_text("Bob wrote:\n> CALL bob\nCALL overflow\n\nCALL mum\n") == "CALL mum"


def test_a_messengers_link_behind_the_text_is_cut() -> None:
    assert own_text("CALL mum  https://inreachlink.com/abc") == "CALL mum"


def test_the_tables_are_in_the_form_that_lines_are_compared_in() -> None:
    for entry in (*footers.DEVICES, *footers.DISCLAIMERS, *footers.FORWARDS):
        assert entry == entry.lower()
        assert len(entry) > 3
    assert all(begin.endswith(" ") and verb.startswith(" ") for begin, verb in footers.ATTRIBUTIONS)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>CALL <b>mum</b></p>", "CALL mum"),
        ("CALL\n  mum", "CALL mum"),
        ("<b>CALL</b>\n<i>mum</i>", "CALL mum"),
        ("CALL +4<b>4 20</b> 7946 0000<br>PIN 1234", "CALL +44 20 7946 0000\nPIN 1234"),
        ("<table><tr><td>CALL</td><td>mum</td></tr><tr><td>x</td></tr></table>", "CALL mum\nx"),
        ("<div>CALL&nbsp;mum</div>", "CALL mum"),
        ("<!-- CALL bob --><!--[if mso]>CALL bob<![endif]--><p>CALL mum</p>", "CALL mum"),
        ("<style>x</style><script>CALL bob</script><title>y</title>CALL mum", "CALL mum"),
        ("<span style='DISPLAY : none'>CALL bob</span>CALL mum", "CALL mum"),
        ("<p style='font-size:0px'>CALL bob</p><p style='font-size:0.9em'>CALL mum</p>", "CALL mum"),
        ("<p hidden>CALL bob</p>CALL mum", "CALL mum"),
        ("CALL mum<blockquote>CALL bob</blockquote>", "CALL mum"),
        ("<div>CALL mum</div><div class='x gmail_quote'>CALL bob</div>", "CALL mum"),
        ("<div>CALL mum</div><div><div id='appendonsend'></div></div><p>CALL bob</p>", "CALL mum"),
    ],
)
def test_html_to_what_a_reader_sees_of_it(html: str, text: str) -> None:
    assert "\n".join(line for line in html_text(html).split("\n") if line) == text
