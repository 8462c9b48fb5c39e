"""A whole site on this machine: a broker, the fleet and a device, as the processes that a street would have."""
