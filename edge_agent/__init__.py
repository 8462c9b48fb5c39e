"""The Raspberry Pi's part: three units (vision, kiosk, uplink) that meet in an outbox and an inbox."""
