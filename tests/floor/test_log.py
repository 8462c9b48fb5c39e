"""Logs: one JSON object a line on standard error."""

import json
import subprocess
import sys

PROGRAM = """
from loket import log
log.configure(unit="kiosk")
logger = log.get("kiosk.desk")
logger.info("submission_saved", seq=7)
logger.debug("not_told")
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("loop_failed")
"""


def test_every_line_is_one_object_with_its_unit() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout == ""
    saved, failed = [json.loads(line) for line in ran.stderr.splitlines()]
    assert saved["event"] == "submission_saved"
    assert saved["unit"] == failed["unit"] == "kiosk"
    assert saved["seq"] == 7
    assert saved["level"] == "info"
    assert saved["timestamp"].endswith("Z")
    assert "ZeroDivisionError" in failed["exception"]
