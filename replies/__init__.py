"""Every sentence we say, the outbox, and the ways out."""
