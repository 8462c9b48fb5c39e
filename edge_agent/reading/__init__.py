"""What small models read for the kiosk: a citizen's words and a document's photograph, in this process.

`grams` makes numbers of a text (pure), `planes` of a photograph, and `network` runs a TFLite model on
them. Only `planes` and `network` touch NumPy, the JPEG decoder and the runtime, so that units need not.

Errors are a small tree:

- `ReadingError`: nothing could be read
  - `Unreadable`: a photograph is damaged, or no photograph
  - `Unfit`: a model cannot be loaded, or takes and gives other things than its reader
"""


class ReadingError(Exception):
    """Nothing could be read; the message names the thing, the cause and the next step."""


class Unreadable(ReadingError):
    """A photograph is damaged, too large, or none."""


class Unfit(ReadingError):
    """A model cannot be loaded, or takes and gives other things than its reader."""
