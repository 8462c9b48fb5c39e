"""Looking for what a citizen typed: in files, and in the memory of running processes."""

import base64
from pathlib import Path
from urllib.parse import quote, quote_plus


def forms_of(needle: str) -> set[bytes]:
    """The bytes in which a text may lie about: UTF-8, UTF-16, UTF-32, as in a form or an address, Base64."""
    raw = needle.encode()
    return {
        raw,
        needle.encode("utf-16-le"),
        needle.encode("utf-32-le"),
        quote(needle).encode(),
        quote_plus(needle).encode(),
        base64.b64encode(raw).rstrip(b"=")[:-1],
    }


def in_files(root: Path, needles: list[str]) -> list[str]:
    """The files under `root` that hold one of `needles`; a database's log and shared memory are files too."""
    wanted = {form for needle in needles for form in forms_of(needle)}
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [f"{path}: {form!r}" for form in wanted if form in content]
    return found


def in_memory(pid: int, needles: list[str]) -> list[str]:
    """Where the writable memory of a process holds one of `needles` (proc(5), maps and mem)."""
    wanted = {form for needle in needles for form in forms_of(needle)}
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *rest = line.split(maxsplit=5)
            if not rights.startswith("rw"):
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(begin)
                content = memory.read(end - begin)
            except OSError:
                continue  # a device's memory, or gone meanwhile
            name = rest[-1] if len(rest) > 3 else "anonymous"
            found += [
                f"{name} {begin + content.find(form):#x}: {form!r}" for form in wanted if form in content
            ]
    return found
