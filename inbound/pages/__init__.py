"""The micro-web at `/m`: one set of pages for a Palm VII, a WAP telephone and any other browser."""
