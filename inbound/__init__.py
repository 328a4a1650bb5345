"""The doors, a folder each: thin shells around intake.accept and intake.handle."""
