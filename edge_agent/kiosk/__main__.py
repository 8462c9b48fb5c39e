"""`edge-kiosk`: the kiosk unit, started in memory that forgets, before anything else is imported."""

import sys

from edge_agent.kiosk import forgetting
from loket.lazily import lazily


def main() -> int:
    """Run the unit; see `edge_agent.kiosk.app`."""
    forgetting.ensure()
    status: int = lazily("edge_agent.kiosk.app").main()
    return status


if __name__ == "__main__":
    sys.exit(main())
