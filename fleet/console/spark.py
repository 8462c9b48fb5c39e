"""A bar chart in SVG, small enough to stand beside a number."""

from collections.abc import Sequence

from markupsafe import Markup

_STEP, _BAR, _HEIGHT = 5, 4, 40


def bars(counts: Sequence[int]) -> Markup:
    """A bar for each count, scaled to the largest; what is not zero is at least visible."""
    top = max([*counts, 1])
    drawn = [
        Markup('<rect x="{}" y="{}" width="{}" height="{}"/>').format(
            place * _STEP, _HEIGHT - height, _BAR, height
        )
        for place, height in enumerate(
            max(1, round(count / top * _HEIGHT)) if count else 0 for count in counts
        )
        if height
    ]
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(len(counts) * _STEP, _HEIGHT, Markup("").join(drawn))
