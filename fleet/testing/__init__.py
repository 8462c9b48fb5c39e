"""For tests: a fleet whose tables are filled by hand, and `fleet serve` as a process."""
