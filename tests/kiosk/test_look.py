"""The look of a visit: what its buttons ask for, and how the last page gets it."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.kiosk.look import PLAIN, SIZES, THEMES, Look

looks = st.builds(Look, text=st.sampled_from(SIZES), theme=st.sampled_from(THEMES), spoken=st.booleans())


@given(looks)
def test_an_address_carries_a_look(look: Look) -> None:
    assert Look.of(look.short) == look


@given(st.text(max_size=30))
def test_any_other_address_is_plain_or_a_look(text: str) -> None:
    look = Look.of(text)
    assert look == PLAIN or look.short == text


@given(looks)
def test_pressing_a_button_again_and_again_comes_back(look: Look) -> None:
    larger = look
    for _ in SIZES:
        found = larger.asked(f"text-{larger.larger}")
        assert found is not None
        larger = found
    assert larger == look
    other = look.asked(f"theme-{look.other_theme}")
    assert other is not None
    assert other.theme != look.theme
    assert other.asked(f"theme-{other.other_theme}") == look


def test_other_buttons_ask_for_no_look() -> None:
    for button in ("next", "back", "id", "text-", "text-125", "theme-pink", "audio-", "audio", "text-100-x"):
        assert PLAIN.asked(button) is None
