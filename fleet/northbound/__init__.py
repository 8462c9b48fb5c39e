"""Northbound: stored events republished for the command centre's other systems, and commands to devices."""
