"""What holds for all tests: those that start processes are marked `site` and those that draw much `draws`,
so that no test can forget to."""

import signal

import pytest

STARTS_PROCESSES = {"controller", "street", "kiosk", "unit", "served", "make_site", "any_store"}
"""Fixtures that start a broker, a database server, the fleet or a unit."""

RUNS_COMMANDS = {
    "test_canary",
    "test_camera_cli",
    "test_cli",
    "test_cli_core",
    "test_commands",
    "test_kill",
    "test_killed",
    "test_live",
    "test_privacy",
    "test_rtsp",
    "test_serve",
    "test_slots_cli",
    "test_sources",
    "test_unit",
}
"""Modules whose tests run whole commands, units, models or streams by themselves."""

DRAWS = {"test_plan", "test_scenarios", "test_sim", "test_stage", "test_video"}
"""Modules whose tests plan, draw or encode hundreds of pictures of the simulated street."""


def pytest_configure() -> None:
    """Hear Ctrl-C, which a shell makes its background jobs deaf to: what we start inherits that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures that they use and by their modules; `scripts/check` leaves them out."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if STARTS_PROCESSES.intersection(fixtures) or item.path.stem in RUNS_COMMANDS:
            item.add_marker(pytest.mark.site)
        elif item.path.stem in DRAWS:
            item.add_marker(pytest.mark.draws)
