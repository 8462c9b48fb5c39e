"""Chance that is always the same: a generator for each seed and each thing that is left to it."""

import zlib

import numpy as np


def chance(seed: int, what: str, *places: int) -> np.random.Generator:
    """The generator of one thing of one street; `places` number what there are many of (frames, say)."""
    return np.random.default_rng([seed, zlib.crc32(what.encode()), *places])
