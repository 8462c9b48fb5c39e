"""A device's identity: its region's code and its name, which is also its certificate's common name."""

import re
from dataclasses import dataclass

REGION_PATTERN = r"[0-9]{2}(\.[0-9]{2}){0,3}"
"""A Kemendagri region code with levels separated by dots: 17, 17.07, 17.07.04."""

NAME_PATTERN = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""A DNS label (RFC 1123): it serves as host name, certificate name and topic level alike."""

UUID_PATTERN = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""A UUID as we write it (RFC 9562): of an incarnation, an event, a submission, a command."""


@dataclass(frozen=True, slots=True)
class DeviceId:
    """One device of a region. Raises ValueError for a region or a name of the wrong form."""

    region: str
    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(REGION_PATTERN, self.region):
            raise ValueError(f"region {self.region!r} is not a code such as 17.07")
        if not re.fullmatch(NAME_PATTERN, self.name):
            raise ValueError(
                f'device name {self.name!r} must be 1 to 63 of a-z, 0-9 and inner "-", such as lebong-001'
            )

    @property
    def source(self) -> str:
        """The CloudEvents `source` of everything that this device says."""
        return f"/{self.region}/{self.name}"

    @classmethod
    def from_source(cls, source: str) -> "DeviceId":
        """The device that a `source` names. Raises ValueError if it names none."""
        match source.split("/"):
            case ["", region, name]:
                return cls(region=region, name=name)
            case _:
                raise ValueError(f"source {source!r} is not of the form /region/device")
