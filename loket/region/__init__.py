"""A region: what differs between two regencies that run the same image, read from a folder of TOML files.

Its agencies, queues, topics, permits, standards, announcements, places, holidays and numbers to call.

`region.toml` holds what there is one of; `permits/`, `standards/` and `announcements/` hold one file each.
"""

from loket.region.folder import Region, load_region
from loket.region.said import Said

__all__ = ["Region", "Said", "load_region"]
