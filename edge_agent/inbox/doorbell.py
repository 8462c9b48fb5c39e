"""The doorbells of the units that read the inbox: the same device as the outbox's."""

from edge_agent.outbox.doorbell import Doorbell, bell_of, ring

__all__ = ["Doorbell", "bell_of", "ring"]
