"""Following objects from frame to frame: a pure step over values, vectorised.

Where an object should be by now is what a Kalman filter says of its box (`motion`); detections are matched to
tracks by overlap with it (`pairing`): sure ones first, then unsure ones for tracks that are already believed,
after Zhang et al., "ByteTrack", ECCV 2022. All durations are real time, so the rate of frames may vary.
"""

from edge_agent.vision.tracker.pairing import overlaps
from edge_agent.vision.tracker.rules import Rules
from edge_agent.vision.tracker.state import State, Track
from edge_agent.vision.tracker.step import finish, step

__all__ = ["Rules", "State", "Track", "finish", "overlaps", "step"]
