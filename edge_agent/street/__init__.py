"""The street simulator: a camera over a street that is not there, and the exact truth of what it saw.

It is the camera of a demo that needs nobody and of an emulated Pi, and the oracle of tests that count.
Everything is a pure function of (scenario, seed, frame number).

`planning` decides who comes when, `cast` is what they look like, `scenery` what stands still, `atmosphere`
light and weather, `camera` the lens and its faults; `painter` puts a picture together, `truth` and `events`
tell what is true, and `export` writes both for others.

World: metres; x along the street to the right, y away from the camera, z up. The camera stands at
(0, 0, height). A street is strips along x: a near pavement, a road, a far pavement, and the wall in which the
service counter is. Times are seconds of the scenario, from 0.
"""


class StreetError(Exception):
    """A scenario cannot be shown; the message names the thing, the cause and the next step."""
