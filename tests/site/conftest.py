"""A whole site for a test: real broker, fleet and device as processes, on ports of its own."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from demo.camera import CLIP, mirror
from demo.layout import Layout
from demo.site import Site, free_port_base

CHECKOUT = Path(__file__).resolve().parents[2]

MakeSite = Callable[..., Site]


@pytest.fixture(scope="session")
def mirror_folder() -> Path:
    """The folder of shared models and media."""
    folder = mirror(CHECKOUT)
    if folder is None:
        pytest.skip("no models and media: set LOKET_MIRROR, or put shared/data beside the checkout")
    return folder


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[MakeSite]:
    """Makes prepared sites; each is stopped after the test, whatever became of it."""
    sites: list[Site] = []

    def make(
        *,
        camera: str = "none.mp4",
        device_env: Mapping[str, str] | None = None,
        uplink: Mapping[str, object] | None = None,
        root: Path | None = None,
    ) -> Site:
        folder = mirror(CHECKOUT)
        layout = Layout(root=root or tmp_path / f"site-{len(sites)}", port_base=free_port_base())
        layout.write_device_settings(
            cameras=[camera],
            model="ssd_mobilenet_v1_coco",
            models_folder=CHECKOUT / "models",
            uplink=uplink,
        )
        site = Site(layout, env={"LOKET_MIRROR": str(folder)} if folder else {}, device_env=device_env)
        sites.append(site)
        site.prepare()
        return site

    yield make
    for site in sites:
        for child in site.children.values():
            child.kill()


@pytest.fixture
def clip(mirror_folder: Path) -> str:
    """A real video of people."""
    return str(mirror_folder / CLIP)
