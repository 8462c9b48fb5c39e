"""Reading a form: bounded, in memory, and only the plain kind.

`application/x-www-form-urlencoded` is parsed here rather than by a form library: those write parts above a
size to temporary files, and nothing that a citizen wrote may reach the disk.
"""

from urllib.parse import parse_qsl

from starlette.requests import Request

MOST_BYTES = 128 * 1024
"""The longest text that the form accepts takes 48,000 bytes once percent-encoded; three times that is read,
so that a somewhat longer one comes back to its writer with a count of what is too much."""

_MOST_DRAINED = 16 * 1024 * 1024


class TooLong(Exception):
    """A form is larger than `MOST_BYTES`; nothing of it is kept."""


class NotAForm(Exception):
    """A request's body is not a form of ours."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields of the request's form, the last of each name. Raises TooLong, NotAForm.

    What is too long is read to its end and dropped (up to 16 MiB): a browser that is cut off while it sends
    shows its own error page instead of ours.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MOST_BYTES:
            body += chunk
        elif size > _MOST_DRAINED:
            break
    if size > MOST_BYTES:
        raise TooLong(f"{size} bytes or more")
    if kind != "application/x-www-form-urlencoded":
        raise NotAForm("not application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=32
        )
    except ValueError:
        raise NotAForm("too many fields") from None
    finally:
        body[:] = bytes(len(body))
    return dict(pairs)
