"""The built-in exchange: a small stand-in for Asterisk 22 that speaks its ARI and writes its log (CEL)."""
