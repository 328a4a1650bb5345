"""Messages, orders and attempts: what came in, what it ordered, and each try at a leg."""
