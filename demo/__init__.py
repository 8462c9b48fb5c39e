"""A whole site on this machine: a broker, the fleet and a device, as the processes a street would have."""
