"""The driver for Twilio's voice: one call of Twilio's for who is rung first, which dials the other (docs/twilio.md)."""
