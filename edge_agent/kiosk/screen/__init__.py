"""Screen truth: what the screen shows, read back from the compositor's picture and not from the browser.

The page paints a nonce of the kiosk as a code of blocks (`blocks`); the eye captures those few pixels from
the compositor (`eye`); a pure decision says what that means (`truth`); the keeper tells changes and has the
browser restarted (`keeper`). A panel that is off, or that cannot be asked, is never called painted (`panel`).
"""
