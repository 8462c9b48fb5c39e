"""`fleet device`: which devices may speak."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from edge_agent.contract.identity import DeviceId
from fleet import enrolment
from fleet.cli.failure import Failed
from fleet.cli.language import _
from fleet.cli.opened import opened, operator
from fleet.cli.options import Config, Json
from fleet.identity.authority import Validity
from fleet.views import devices
from fleet.views.devices import DeviceView
from fleet.views.reading import reading
from loket.files import write_atomically

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command(help=_("Sign a device's certificate request and let it speak; again, to renew it."))
def add(
    name: Annotated[str, typer.Argument(help=_("The device's name, such as lebong-001."))],
    *,
    config: Config,
    region: Annotated[str, typer.Option(help=_("Its region's code, such as 17.07."))],
    csr: Annotated[Path, typer.Option(help=_("The certificate request that the device made (PEM)."))],
    certificate: Annotated[Path, typer.Option(help=_("Where to write its certificate (PEM)."))],
    days: Annotated[float, typer.Option(min=0.001, max=3650, help=_("How long it holds."))] = 60,
    label: Annotated[str | None, typer.Option(help=_("What people call the place."))] = None,
    as_json: Json = False,
) -> None:
    try:
        device = DeviceId(region=region, name=name)
    except ValueError as error:
        raise Failed(str(error), status=2) from error
    with opened(config) as (fleet, engine):
        done = enrolment.enrol(
            fleet,
            engine,
            device,
            request=csr,
            validity=Validity.days(days),
            by=operator(),
            now=time.time(),
            label=label,
        )
        write_atomically(certificate, done.certificate)
    until = datetime.fromtimestamp(done.expires_at, UTC)
    if as_json:
        described = {
            "name": name, "region": region, "certificate": str(certificate),
            "expires_at": until.isoformat(), "is_new": done.is_new, "broker_told": done.broker_told,
        }  # fmt: skip
        typer.echo(json.dumps(described))
        return
    text = (
        _("{name}: added; its certificate holds until {date}")
        if done.is_new
        else _("{name}: renewed; its certificate holds until {date}")
    )
    typer.echo(text.format(name=name, date=until.date().isoformat()))
    if not done.broker_told:
        typer.echo(_("The broker does not run; it will know of the device when it starts."), err=True)


@app.command(help=_("Take a device's rights away."))
def revoke(
    name: Annotated[str, typer.Argument(help=_("The device's name."))],
    *,
    config: Config,
    as_json: Json = False,
) -> None:
    with opened(config) as (fleet, engine):
        if not enrolment.revoke(fleet, engine, name, by=operator(), now=time.time()):
            raise Failed(_('no device "{name}" (see: fleet device list)').format(name=name))
    typer.echo(
        json.dumps({"name": name, "revoked": True}) if as_json else _("{name}: revoked").format(name=name)
    )


@app.command("list", help=_("List the devices."))
def list_all(*, config: Config, as_json: Json = False) -> None:
    with opened(config) as (_fleet, engine), reading(engine) as connection:
        found = devices.every(connection, now=time.time())
    if as_json:
        typer.echo(json.dumps([asdict(device) for device in found]))
        return
    if not found:
        typer.echo(_("No devices yet; see: fleet device add --help"))
    for device in found:
        typer.echo(_line(device))


@app.command(help=_("Show one device."))
def show(
    name: Annotated[str, typer.Argument(help=_("The device's name."))],
    *,
    config: Config,
    as_json: Json = False,
) -> None:
    with opened(config) as (_fleet, engine), reading(engine) as connection:
        device = devices.find(connection, name, now=time.time())
    if device is None:
        raise Failed(_('no device "{name}" (see: fleet device list)').format(name=name))
    if as_json:
        typer.echo(json.dumps(asdict(device)))
        return
    typer.echo(_line(device))
    for key, value in asdict(device).items():
        shown = _date(value) if key.endswith("_at") else value
        typer.echo(f"  {key:24} {'-' if shown in (None, '', []) else shown}")


def _line(device: DeviceView) -> str:
    state = _("revoked") if device.revoked_at is not None else device.state
    return (
        f"{device.region:12} {device.name:24} {state:10} {_date(device.proof_at):26} {device.label}".rstrip()
    )


def _date(at: float | None) -> str:
    return "-" if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
