"""Places and outlines as a person writes them in settings; a mistake is told in words."""

from typing import Annotated

from pydantic import AfterValidator, Field

from edge_agent.vision.scene.geometry import LEAST_AREA, Point, Polygon, crossing_edges


def _in_picture(share: float) -> float:
    if not 0 <= share <= 1:
        raise ValueError("lies outside the picture; write shares of its width and height, from 0 to 1")
    return share


def _is_an_area(corners: list[Point]) -> list[Point]:
    met = crossing_edges(corners)
    if met is not None:
        first, second = (f"the edge from corner {n + 1} to {(n + 1) % len(corners) + 1}" for n in met)
        raise ValueError(f"the outline crosses itself: {first} meets {second}; put the corners in order")
    if Polygon(tuple(corners)).area < LEAST_AREA:
        raise ValueError("the outline has no area; move its corners apart")
    return corners


Share = Annotated[float, AfterValidator(_in_picture)]
Place = tuple[Share, Share]
Outline = Annotated[list[Place], Field(min_length=3, max_length=32), AfterValidator(_is_an_area)]
"""The corners of an area, in order; it does not cross itself."""
