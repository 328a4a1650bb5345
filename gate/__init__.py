"""The gate: one ordered table of rules that every order passes."""
