"""Spanish, of Spain and of America."""

from typing import Final

from parsers.languages.language import Language

SPANISH: Final = Language(
    code="es",
    names=("es", "spanish", "español", "castellano"),
    verbs={
        "call": (
            "llamar", "llamar a", "llamar al", "llama", "llama a", "llama al", "llame", "llame a", "llame al",
            "marcar", "marcar a", "marcar al", "marca", "marca a", "marca al", "marque", "marque a",
            "telefonear a", "telefonea a", "comunícame con", "comuníqueme con", "ponme con",
        ),
        "drop": (
            "colgar", "cuelga", "cuelgue", "cortar", "corta", "corte", "cancelar", "cancela", "cancele",
            "terminar",
        ),
        "again": ("otra vez", "de nuevo", "repetir", "repite", "repita", "rellamar"),
        "at": ("estoy en", "estoy en el", "estoy en la", "en", "llámame a", "llámame al", "llámame en"),
        "last": ("últimas", "últimas llamadas", "mis llamadas", "llamadas", "historial"),
        "status": ("estado",),
        "rate": ("tarifa", "precio", "coste", "costo", "cuánto cuesta"),
        "balance": ("saldo", "mi saldo", "crédito"),
        "name": ("nombre", "nombres"),
        "ok": ("sí", "vale", "aceptar", "acepto", "de acuerdo"),
        "no": ("no",),
        "notices": ("avisos", "aviso"),
        "help": ("ayuda",),
        "verify": ("verificar", "verifica", "verifique"),
        "code": ("código",),
        "language": ("idioma", "lengua"),
    },
    clauses={
        "from": ("desde", "desde el", "desde la"),
        "at": (
            "en", "en el", "en la", "estoy en", "estoy en el", "estoy en la", "llámame a", "llámame al",
            "llámame en",
        ),
        "bill": ("cargo", "cargar a", "facturar a"),
        "max": ("máx", "máximo", "tope"),
        "private": ("privado", "privada", "en privado"),
        "pin": ("pin", "clave"),
    },
    words={
        "please": ("por favor", "porfa", "porfavor"),
        "closing": ("gracias", "muchas gracias", "mil gracias", "por favor", "porfa", "porfavor", "saludos"),
        "now": ("ahora", "ahora mismo", "ya"),
        "and": ("y",),
        "article": ("el", "la", "mi"),
        "calendar": (
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo",
            "navidad", "reyes", "pascua", "verano", "invierno", "otoño", "primavera", "paz", "serio",
        ),
        "when": ("luego", "después", "hoy", "mañana", "pronto", "más tarde", "esta noche", "esta tarde"),
        "but": (
            "todavía", "aún", "nunca", "espera", "espere", "mejor", "antes", "después", "hasta que", "cuando", "si",
            "salvo", "aunque",
        ),
        "interjection": (
            "claro", "sí", "que", "qué", "yo", "tú", "usted", "hola", "verdad", "dios", "todos", "nadie", "se",
            "cierto", "exacto", "siempre", "nunca", "perdón",
        ),
        "noun": ("marca personal", "marca registrada", "marca blanca"),
        "pronoun": ("me", "mí", "te", "ti", "le", "lo", "él", "ella", "nosotros", "ellos", "alguien"),
        "asking": ("puedes", "puede", "podrías", "podría", "quiero", "quisiera", "necesito", "me gustaría"),
        "around_reference": ("la", "el", "mi", "esta", "esa", "llamada", "orden", "ahora", "ya"),
        "minutes": ("minuto", "minutos"),
        "on": ("sí", "activar"),
        "off": ("no", "desactivar"),
        "delete": ("borrar", "borra", "eliminar", "elimina"),
        "list": ("lista", "todos"),
        "courtesy": (
            "gracias", "muchas", "mil", "vale", "perfecto", "bien", "muy", "bueno", "genial", "recibido",
            "entendido", "de", "acuerdo", "saludos", "saludo", "un", "cordial", "cordiales", "atentamente",
            "abrazo", "adiós", "hasta", "luego", "por", "todo",
        ),
        "sign_off": ("saludos", "saludo", "un", "cordial", "cordiales", "atentamente", "abrazo"),
        "thanks": ("gracias", "agradecido", "agradecida"),
        "greeting": ("hola", "buenas", "buenos", "días", "tardes", "noches", "urgente"),
    },
)  # fmt: skip
