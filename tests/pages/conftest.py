"""What holds for all pages: patience, for a browser shares its machine with the fleet and the units."""

from playwright.sync_api import expect

PATIENCE_MS = 30_000

expect.set_options(timeout=PATIENCE_MS)
