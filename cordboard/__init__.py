"""The product: settings, wiring, command line, supervisor, demo. Wiring only: start reading at inbound/."""
