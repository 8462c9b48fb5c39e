"""`edge-uplink --config DIR`: all its wiring."""

import argparse
import importlib.metadata
import signal
import sys
import threading
from contextlib import ExitStack, closing
from pathlib import Path

from edge_agent.clock import SystemClock
from edge_agent.contract.streams import Stream
from edge_agent.device import load_device
from edge_agent.inbox.store import InboxError, open_inbox
from edge_agent.outbox import OutboxError
from edge_agent.outbox.database import damaged_files, make_folder
from edge_agent.outbox.doorbell import Doorbell, bell_of, ring
from edge_agent.outbox.limits import Class, Limits
from edge_agent.outbox.snapshots import SnapshotSpool
from edge_agent.outbox.store import open_outbox, snapshots_folder, stream_path
from edge_agent.outbox.stream import StreamFile
from edge_agent.uplink.answers import Answers
from edge_agent.uplink.courier import Courier
from edge_agent.uplink.proof import TimeProof
from edge_agent.uplink.receipt_key import Certifier
from edge_agent.uplink.settings import load_uplink, read_statement_key
from edge_agent.uplink.tls import check_own, client_context, own_troubles
from edge_agent.uplink.unit import Unit
from edge_agent.uplink.uploads import Uploads
from loket import log as logs
from loket.settings import SettingsError

log = logs.get(__name__)


def main() -> None:
    """Run the uplink until SIGTERM or SIGINT.

    Exit status 2 for a mistake in the settings, 1 for trouble that may pass (a full disk).
    """
    parser = argparse.ArgumentParser(prog="edge-uplink", description="Carries the outbox to the fleet.")
    parser.add_argument("--config", type=Path, default=Path("/etc/loket"), metavar="DIR")
    folder = parser.parse_args().config
    logs.configure(unit="uplink")
    try:
        run(folder)
    except SettingsError as error:
        sys.stderr.write(f"edge-uplink: {error}\n")
        sys.exit(2)
    except (OutboxError, InboxError, OSError) as error:  # may pass by itself: systemd starts us again
        sys.stderr.write(f"edge-uplink: {error}\n")
        sys.exit(1)


def run(folder: Path) -> None:
    """Wire the uplink together from the settings in `folder`, and run it.

    Raises SettingsError; OutboxError, InboxError, OSError where the data or run folder cannot be used.
    """
    device, settings, limits = load_device(folder), load_uplink(folder), Limits()
    key = read_statement_key(settings.statement_key)
    own = check_own(settings, name=device.name)
    stopping = threading.Event()
    with ExitStack() as stack:
        inbox = stack.enter_context(closing(open_inbox(device)))
        proof = TimeProof(inbox, certified_at=own.not_valid_before_utc.timestamp())
        clock = SystemClock(inbox)
        context = client_context(settings, now=proof.now)
        outbox = stack.enter_context(
            closing(open_outbox(device, streams=list(Stream), clock=clock, limits=limits))
        )
        certifier = Certifier(device=device, settings=settings, inbox=inbox, outbox=outbox, proof=proof)
        files = [
            StreamFile(
                stream_path(device.data, stream), stream=stream, limits=limits, clock=clock, durable=False
            )
            for stream in Stream
        ]
        for file in files:
            make_folder(file.path.parent)
            stack.callback(file.close)
        spool = SnapshotSpool(snapshots_folder(device.data), min_free_bytes=limits.floor(Class.SNAPSHOTS))
        uploads = Uploads(spool, device=device.id, settings=settings, context=context)
        courier = Courier(files, device=device, settings=settings, inbox=inbox, ease=outbox.ease)
        bell_path = bell_of(device.run, "uplink")
        bell = stack.enter_context(Doorbell.listen(bell_path))

        def stop(*_: object) -> None:
            stopping.set()
            ring(bell_path)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)

        def troubles() -> list[str]:
            damaged = {path for file in files for path in damaged_files(file.path.parent)}
            return [
                *own_troubles(settings, now=proof.now()),
                *([f"receipts: {certifier.trouble}"] if certifier.trouble else []),
                *(
                    f"{path} was damaged and moved aside; send it in, then delete it"
                    for path in sorted(damaged)
                ),
            ]

        for trouble in troubles():
            log.error("uplink_trouble", cause=trouble)
        uploads.start()
        stack.callback(uploads.close)
        Unit(
            device=device, settings=settings, context=context, courier=courier,
            answers=Answers(
                device=device, key=key, courier=courier, inbox=inbox, outbox=outbox, clock=clock, proof=proof
            ),
            uploads=uploads, certifier=certifier, inbox=inbox, outbox=outbox, clock=clock, proof=proof,
            bell=bell, stopping=stopping, version=importlib.metadata.version("loket"), troubles=troubles,
        ).run()  # fmt: skip


if __name__ == "__main__":
    main()
