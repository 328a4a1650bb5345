"""The doors: one file each, thin shells around intake.accept and intake.handle."""
