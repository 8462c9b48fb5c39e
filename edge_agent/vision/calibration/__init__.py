"""A page on the device on which a person draws zones, lines and masks over a picture of a camera.

`toml` takes a settings file apart without losing a comment, `document` puts drawn places into it, `file`
checks and saves it, `stills` takes the pictures, `web` is the page, and `serve` puts it on loopback.
"""

from edge_agent.vision import VisionError


class CalibrationError(VisionError):
    """The page cannot go on; the message names the thing, the cause and the next step."""


class Uneditable(CalibrationError):
    """The settings file is written in a form that cannot be edited here."""


class Changed(CalibrationError):
    """The settings file was changed by somebody else meanwhile."""
