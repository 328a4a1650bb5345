"""Who sent a mail, by what can be looked up about it: DKIM, DMARC and SPF. docs/adr/0009."""
