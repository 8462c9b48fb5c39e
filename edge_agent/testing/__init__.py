"""Fakes that pass the same conformance suites as the real adapters; never imported at run time."""
