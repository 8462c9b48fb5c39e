"""The inbox: what the uplink leaves for the other units (commands, states of submissions, flags)."""
