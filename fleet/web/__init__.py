"""The process `fleet serve`: console, API and metrics on loopback HTTP; the devices' door on mutual TLS."""
