"""What people see drawn over a camera's picture: its places (zones, lines, masks) and what was found.

`palette` has the colours, `canvas` draws with Pillow (imported by nobody else), `places` draws what the
settings name, and `found` what moves. Nothing here covers anybody: pictures come covered (see `pictures`).
"""
