"""The terms that the bench rates and bills by."""

from billing.quotes import Quote
from billing.rating import Terms

QUOTE = Quote(
    Terms("33", "France", 80_000, 10_000, 1, 1, "USD", "standard", "row-a"),
    Terms("44", "United Kingdom", 60_000, 0, 30, 6, "USD", "standard", "row-b"),
    200_000,
)
