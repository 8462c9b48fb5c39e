"""The ingest: what devices say is checked, stored once, acknowledged, in this order.

A batch is committed first; then its messages are acknowledged to the broker; then each device is told by a
signed, cumulative statement what of its streams is stored. Killed at any moment it loses nothing: what was
not acknowledged comes again, and what comes again is not stored twice.
"""
