"""QR codes (ISO/IEC 18004), as SVG for a page and as modules for a printer."""

import io
from typing import Any

import segno

_CORRECTION = "m"
_BORDER = 4  # modules of white around it, as the standard asks
_MASK = 0
"""Which of the eight masks. The standard's search for the best takes four times as long as all the rest, and
matters for what repeats itself: a receipt is hashes and a signature, which are as good as random."""


def modules(address: str) -> tuple[tuple[bool, ...], ...]:
    """The rows of the code, True where dark, without the border."""
    return tuple(tuple(bool(module) for module in row) for row in _code(address).matrix)


def svg(address: str) -> str:
    """The code as an SVG element that takes the size its page gives it; black on white in every theme."""
    out = io.BytesIO()
    _code(address).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=_BORDER, light="#fff", nl=False,
        svgclass="qr", lineclass=None,
    )  # fmt: skip
    return out.getvalue().decode()


def _code(address: str) -> segno.QRCode:
    """An address in two segments: the receipt is Base32, which takes 5.5 bits a character and not 8."""
    page, mark, receipt = address.rpartition("#")
    content: Any = [page + mark, receipt] if mark else receipt  # segno takes more than its types say
    return segno.make_qr(content, error=_CORRECTION, mask=_MASK, boost_error=False)
