"""How strong motion is in a picture in which no subject is: in rain and wind, stronger than 1; pure."""

import math
from dataclasses import dataclass

SPREADS = 5.0
"""So many spreads (mean absolute deviations) above the mean are news."""
MOST = 2.5
"""The limit is never higher, so that whom the detector overlooks does not close the gate to others."""
SETTLE_S = 30.0
AFTER_S = 15.0
"""Motion that held the gate open for so long, with nothing in it that the detector knows, is weather."""
_STEP, _STEPS = 0.2, 4.0
"""A look moves the mean by no more than that, or that many spreads: a passer-by is not weather."""


@dataclass(frozen=True, slots=True)
class Unrest:
    """Of the strongest motion in each look without a subject, lately."""

    mean: float = 0.5
    spread: float = 0.1

    @property
    def limit(self) -> float:
        """What is stronger is no weather; 1 where the picture is calm."""
        return min(MOST, max(1.0, self.mean + SPREADS * self.spread))


CALM = Unrest()
"""Of a picture that is not known yet."""


def learn(unrest: Unrest, strength: float, passed_s: float, *, weather: bool) -> Unrest:
    """After one more look without a subject, `passed_s` after the last one; only `weather` adds to it."""
    most = max(_STEP, _STEPS * unrest.spread)
    off = max(-most, min(most if weather else 0.0, strength - unrest.mean))
    more = abs(strength - unrest.mean) - unrest.spread
    more = max(-unrest.spread, min(most - unrest.spread if weather else 0.0, more))
    taken = 1.0 - math.exp(-passed_s / SETTLE_S)
    return Unrest(mean=unrest.mean + taken * off, spread=unrest.spread + taken * more)
