"""Chat as people write it, none of it an order: `python -m tests.chat 50000 | cordboard parse --jsonl`."""
