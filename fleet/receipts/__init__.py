"""Receipts at the fleet: the keys that sign them, the trust file for who verifies them, the public page."""
