"""One served fleet for a module's tests; each test brings its own devices."""

from collections.abc import Iterator

import httpx
import pytest

from fleet.access.roles import Role
from fleet.testing.serving import Served, serving

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "08" * 64 + "ffc0000b080001000101011100ffc4001f"
    "0000010501010101010100000000000000000102030405060708090a0bffda0008010100003f00d2cf20ffd9"
)
"""A picture of one pixel: what the fleet must be able to tell is that it is a JPEG."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running `fleet serve`."""
    with serving(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture
def jpeg() -> bytes:
    """A small picture."""
    return JPEG


@pytest.fixture
def viewer(served: Served) -> Iterator[httpx.Client]:
    """A client of the API whose token's role is viewer."""
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=served.bearer(Role.VIEWER)) as client:
        yield client


@pytest.fixture
def officer(served: Served) -> Iterator[httpx.Client]:
    """A client of the API whose token's role is officer."""
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=served.bearer(Role.OFFICER)) as client:
        yield client
