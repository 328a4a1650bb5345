"""Rate decks, rating, holds, settlement, the ledger and CDRs."""
