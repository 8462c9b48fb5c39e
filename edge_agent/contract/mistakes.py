"""What is wrong with a message, told without repeating what it says."""

from pydantic import ValidationError

_LONGEST_PLACE = 120


def first_mistake(error: ValidationError, *, within: str = "") -> str:
    """Place and kind of the first mistake, such as "data.score: Input should be ..."; never its value.

    A place may hold a key that the sender chose, so it is cut short and control characters are escaped.
    """
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join([*([within] if within else []), *(str(part) for part in first["loc"])])
    shown = place[:_LONGEST_PLACE].encode("unicode_escape").decode("ascii")
    return f"{shown}: {first['msg']}" if shown else first["msg"]
