"""Settings taken apart and put together: nothing is lost, whatever the file looks like."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.vision.calibration.toml import Entry, parse

HARD = r'''# top = "not a key"
plain = "a # b"   # why
"quoted = key" = 'it''s' # odd
'lit#eral'= 1
dotted . key = [1, 2] # pair
long = [ # begins
  "]", # a bracket in a string
  [1,
   2], # }
]
text = """
[[cameras]]
name = "not a table" \
# not a comment
""""  # one quote more
raw = """a\"""b"""
literal = \'\'\'
[nothing]\'\'\'
inline = { a = "}", b = [1] } # ]
empty = ""
date = 2026-08-17T08:00:00+07:00

# above
  [[ cameras ]] # beside
name="a"

["a.b".'c d']
x = 1'''.replace(r"\'", "'").replace("'it''s'", "'its'")


def test_every_kind_of_value_is_taken_whole() -> None:
    file = parse(HARD)
    assert file.text == HARD
    table = tomllib.loads(HARD)
    found = {part.key: part.value for part in file.blocks[0].body if isinstance(part, Entry)}
    assert found["long"].startswith("[ # begins")
    assert found["long"].endswith("]")
    for key, value in found.items():
        if key != "dotted.key":
            assert tomllib.loads(f"value = {value}")["value"] == table[key]
    assert [block.path for block in file.blocks] == [(), ("cameras",), ("a.b", "c d")]
    assert file.blocks[1].lead == ["\n", "# above\n"]


WORDS = st.text("ab#=[]'\"\\ ", max_size=8)
VALUES = st.recursive(
    st.integers(0, 99).map(str)
    | WORDS.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: "[ " + ",\n ".join(parts) + " ]"),
    max_leaves=6,
)
LINES = st.one_of(
    st.tuples(st.just("key"), VALUES, st.sampled_from(["", "  # why", " "])),
    st.tuples(st.just("comment"), WORDS, st.just("")),
    st.just(("blank", "", "")),
)


@given(lines=st.lists(LINES, max_size=12), newline=st.sampled_from(["\n", "\r\n"]))
def test_any_file_comes_back_as_it_was(lines: list[tuple[str, str, str]], newline: str) -> None:
    text, values = "", {}
    for number, (kind, value, after) in enumerate(lines):
        if kind == "key":
            text += f"k{number} = {value}{after}{newline}"
            values[f"k{number}"] = value
        else:
            text += (f"# {value}" if kind == "comment" else "") + newline
    file = parse(text)
    assert file.text == text
    entries = [part for part in file.blocks[0].body if isinstance(part, Entry)]
    assert {entry.key: entry.value for entry in entries} == values


@given(st.text("a=[]{}#'\"\\\n \t", max_size=30))
def test_what_is_no_toml_ends_too(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert parse(text).text == text


@pytest.mark.parametrize("text", ["", "# only a comment", "a = 1", "\n\n[[x]]"])
def test_small_files(text: str) -> None:
    assert parse(text).text == text
