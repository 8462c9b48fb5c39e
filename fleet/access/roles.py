"""Roles, each of which may do all that the ones before it may."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is trusted with."""

    VIEWER = "viewer"
    """Sees devices, events, pictures, and that something was filed."""
    OPERATOR = "operator"
    """Also gives devices commands."""
    OFFICER = "officer"
    """Also opens what citizens filed; NIK and telephone numbers in it stay masked."""
    DATA_OFFICER = "data_officer"
    """Also sees those numbers: whoever answers for personal data (UU 27/2022)."""

    def includes(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
