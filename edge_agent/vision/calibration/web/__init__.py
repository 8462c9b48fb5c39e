"""The calibration page over HTTP, on loopback."""
