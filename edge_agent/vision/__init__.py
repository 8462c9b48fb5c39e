"""The vision unit: cameras in, tracked objects out; no picture leaves but a snapshot with heads pixelated.

Errors are a small tree:

- `VisionError`: any failure of this unit
  - `CameraLost`: a camera gives no frames now; it may come back, so it is tried again
    - `CameraImpossible`: it cannot come back before a person changes something (no such file)
  - `Damaged`: a picture cannot be had as it was sent; the next ones may be sound
  - `DetectorError`: the model cannot be used (not loadable here, or not of the expected shape)
    - `ModelFailed`: it failed at work, although it had passed its canary; the unit begins anew
"""


class VisionError(Exception):
    """The vision unit cannot go on; the message names the thing, the cause and the next step."""


class CameraLost(VisionError):
    """A camera gives no frames now; it may come back."""


class CameraImpossible(CameraLost):
    """A camera that cannot give frames before a person changes something."""


class Damaged(VisionError):
    """A picture cannot be had as it was sent, so it is left out."""


class DetectorError(VisionError):
    """The model cannot be used."""


class ModelFailed(DetectorError):
    """The model failed at work, although it had passed its canary."""
