"""The worked example of the how-to is taken as it stands."""

import re
from pathlib import Path

from edge_agent.vision.scene.rules import AnyRule
from edge_agent.vision.settings import VisionSettings
from loket.settings import parse

PAGE = Path(__file__).parents[3] / "docs/how-to/count-people.md"


def test_the_worked_example_is_accepted_and_has_what_it_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    hall, road = parse(example, VisionSettings, name="vision.toml").cameras
    assert [rule.called for rule in hall.rules] == [
        "crossing-door",
        "queue-waiting",
        "crowding-waiting",
        "abandoned-counter",
    ]
    assert [rule.kind for rule in road.rules] == ["crossing", "wrong_way", "stopped"]


def test_every_kind_of_rule_is_told() -> None:
    text = PAGE.read_text(encoding="utf-8")
    union = AnyRule.__args__[0]
    kinds = {rule.model_fields["kind"].annotation.__args__[0] for rule in union.__args__}
    assert len(kinds) >= 9
    assert [kind for kind in kinds if f"| `{kind}` |" not in text] == []
