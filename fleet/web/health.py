"""For those who watch the process: whether it is alive, and the metrics."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection, select

from fleet.metrics import CONTENT_TYPE, Metrics
from fleet.store import StoreError
from fleet.store.tables import metadata
from fleet.views.reading import reading
from fleet.web.site import Site


def ask(connection: Connection) -> None:
    """Ask every table that we read, so that a database that `fleet init` did not make is noticed at start."""
    for table in metadata.sorted_tables:
        connection.execute(select(*table.primary_key.columns).limit(1))


def router(site: Site) -> APIRouter:
    """`/healthz` and `/metrics`: no personal data, so open to whoever reaches the port."""
    made = APIRouter()
    metrics = Metrics(site.engine, live_clients=lambda: site.tail.followers, now=site.now)

    @made.get("/healthz", include_in_schema=False)
    def healthz() -> Response:
        """Whether the database answers."""
        try:
            with reading(site.engine) as connection:
                ask(connection)
        except StoreError:
            return Response("database\n", status_code=503, media_type="text/plain")
        return Response("ok\n", media_type="text/plain")

    @made.get("/metrics", include_in_schema=False)
    def prometheus() -> Response:
        """Prometheus's text format."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return made
