"""A relay: the kiosk's pages at a port of its own, or pages of one colour in their place."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class Relay(ThreadingHTTPServer):
    """Hands on what is asked of it by GET. While `plain` is a colour, each page is nothing but that."""

    daemon_threads = True

    def __init__(self, pages: str) -> None:
        """`pages`: where the kiosk is."""
        super().__init__(("127.0.0.1", 0), _Answering)
        self.plain = ""
        self.pages = httpx.Client(base_url=pages, timeout=20, trust_env=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, sort and body of a page."""
        if self.plain:
            page = f"<!doctype html><html style=background:{self.plain}><title>-</title>"
            return 200, "text/html", page.encode()
        found = self.pages.get(path)
        return found.status_code, found.headers.get("content-type", ""), found.content


class _Answering(BaseHTTPRequestHandler):
    server: Relay

    def do_GET(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        status, sort, body = self.server.answer(self.path)
        self.send_response(status)
        self.send_header("content-type", sort)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Answer alike: a button that is pressed while pages are plain."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def relaying(pages: str) -> Iterator[Relay]:
    """A relay for as long as the block lasts."""
    with Relay(pages) as relay:
        thread = threading.Thread(target=relay.serve_forever, name="relay")
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            thread.join()
            relay.pages.close()
