"""From a due order to a finished call: RQ jobs, the conductor, the log of the switch, recovery."""
