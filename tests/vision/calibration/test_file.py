"""Saving: by the unit's own rules, in one step, with the old file kept."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any

import pytest

from edge_agent.vision.calibration import CalibrationError, Changed
from edge_agent.vision.calibration import file as files
from edge_agent.vision.calibration.document import Drawing
from edge_agent.vision.calibration.file import Mistake, Saved, SettingsFile
from edge_agent.vision.settings import load_vision

DOOR = {"was": 0, "name": "door", "start": (0.3, 0.9), "end": (0.3, 0.4)}
WAITING = {"was": 0, "name": "waiting", "corners": [(0.4, 0.5), (0.8, 0.5), (0.8, 0.9), (0.4, 0.9)]}
KNOT = [(0.1, 0.1), (0.5, 0.5), (0.5, 0.1), (0.1, 0.5)]


def drawing(*, lines: Any = (DOOR,), zones: Any = (WAITING,), masks: Any = ()) -> Drawing:
    return Drawing.model_validate({"lines": list(lines), "zones": list(zones), "masks": list(masks)})


def test_what_is_saved_is_what_the_unit_reads(file: SettingsFile, folder: Path) -> None:
    before = (folder / "vision.toml").read_text()
    (folder / "vision.toml").chmod(0o640)
    window = {"name": "window", "corners": [(0, 0), (0.2, 0), (0.2, 0.2)]}
    saved = file.save("hall", drawing(masks=[window]), base=file.read().sha256)
    assert isinstance(saved, Saved)
    assert saved.backup is not None
    assert saved.backup.read_text() == before
    after = (folder / "vision.toml").read_bytes()
    assert hashlib.sha256(after).hexdigest() == saved.sha256
    assert load_vision(folder).cameras[0].masks[0].corners == [(0, 0), (0.2, 0), (0.2, 0.2)]
    assert b"# the benches" in after
    assert (folder / "vision.toml").stat().st_mode & 0o777 == 0o640
    assert saved.backup.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("drawn", "told", "place"),
    [
        (
            {"zones": [WAITING, {"name": "k", "corners": KNOT}]},
            "vision.toml:20: .* crosses itself",
            ("zones", 1),
        ),
        ({"zones": [{"name": "k", "corners": KNOT}, WAITING]}, "crosses itself", ("zones", 0)),
        ({"masks": [{"name": "m", "corners": KNOT}]}, "crosses itself", ("masks", 0)),
        ({"lines": [{**DOOR, "end": (0.3, 0.9)}]}, "vision.toml:12: .* no length", ("lines", 0)),
        ({"lines": [{**DOOR, "name": "Waiting room"}]}, r"lines\[0\].name", ("lines", 0)),
        ({"lines": [{**DOOR, "name": "waiting"}]}, "another line or zone", ("zones", 0)),
        ({"zones": []}, r"vision.toml:\d+: .*no zone of this name", (None, None)),
        ({"zones": [{**WAITING, "corners": WAITING["corners"][:2]}]}, "at least 3", ("zones", 0)),
    ],
)
def test_a_mistake_is_told_with_its_line_and_nothing_is_written(
    file: SettingsFile, folder: Path, drawn: dict[str, Any], told: str, place: tuple[str | None, int | None]
) -> None:
    before = sorted(folder.iterdir()), (folder / "vision.toml").read_bytes()
    state = file.read()
    found = file.save("hall", drawing(**drawn), base=state.sha256)
    assert isinstance(found, Mistake)
    assert found == file.check("hall", drawing(**drawn))
    assert (found.kind, found.index) == place
    assert re.search(told, found.message), found.message
    assert (sorted(folder.iterdir()), (folder / "vision.toml").read_bytes()) == before


def test_a_file_that_somebody_else_changed_is_not_overwritten(file: SettingsFile, folder: Path) -> None:
    base = file.read().sha256
    with (folder / "vision.toml").open("a") as other:
        other.write("# mine\n")
    with pytest.raises(Changed, match="load the page again"):
        file.save("hall", drawing(), base=base)
    assert (folder / "vision.toml").read_text().endswith("# mine\n")


def test_saving_nothing_new_writes_nothing(file: SettingsFile, folder: Path) -> None:
    before = sorted(folder.iterdir())
    saved = file.save("hall", drawing(), base=file.read().sha256)
    assert isinstance(saved, Saved)
    assert saved.backup is None
    assert sorted(folder.iterdir()) == before


def test_a_full_disk_leaves_the_old_file(
    file: SettingsFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "vision.toml").read_bytes()

    def full(path: Path, content: bytes, *, mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write_atomically", full)
    with pytest.raises(CalibrationError, match="No space left on device; nothing is changed"):
        file.save("hall", drawing(lines=[]), base=file.read().sha256)
    assert (folder / "vision.toml").read_bytes() == before


def test_old_backups_give_way(file: SettingsFile, folder: Path) -> None:
    for number in range(14):
        os.utime(folder / "vision.toml", (1_700_000_000 + number, 1_700_000_000 + number))
        end = (0.3, 0.4 + number / 100)
        file.save("hall", drawing(lines=[{**DOOR, "end": end}]), base=file.read().sha256)
    backups = sorted(folder.glob("vision.toml.*"))
    assert len(backups) == files.MOST_BACKUPS
    assert "0.52" in backups[-1].read_text()  # the one before the last


def test_a_camera_that_is_gone_is_told(file: SettingsFile) -> None:
    with pytest.raises(CalibrationError, match='no camera is named "yard" any more'):
        file.check("yard", drawing())


def test_the_file_behind_a_link_is_written(file: SettingsFile, folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(folder / "vision.toml")
    linked = SettingsFile(link)
    linked.save("hall", drawing(lines=[]), base=linked.read().sha256)
    assert link.is_symlink()
    assert "door" not in (folder / "vision.toml").read_text()
