"""Receipts at the kiosk: the key that signs them, the issuing, and the QR code that a citizen takes along."""
