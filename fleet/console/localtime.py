"""Indonesia's three zones: WIB, WITA and WIT, by the province in a region's code; none has summer time.

Keppres 41/1987; the provinces of Papua since 2022 keep WIT.
"""

from datetime import UTC, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")
WITA = timezone(timedelta(hours=8), "WITA")
WIT = timezone(timedelta(hours=9), "WIT")

_WITA = {"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"}
_WIT = {"81", "82", "91", "92", "93", "94", "95", "96"}


def zone_of(region: str) -> timezone:
    """The zone of a Kemendagri region code such as 17.07."""
    province = region[:2]
    return WIT if province in _WIT else WITA if province in _WITA else WIB


def local(at: float, *, region: str) -> datetime:
    """The instant `at` (s since 1970, UTC) on the clocks of `region`; what no calendar holds is 1970."""
    try:
        return datetime.fromtimestamp(at, UTC).astimezone(zone_of(region))
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC).astimezone(zone_of(region))
