"""The golden files stand for the contract: regenerated they are the same, and they judge as the models do."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from edge_agent.contract import ContractError, asyncapi, schema
from edge_agent.contract.envelope import Envelope, parse
from edge_agent.contract.events import KINDS
from edge_agent.contract.examples import EXAMPLES

REPOSITORY = Path(schema.__file__).parents[2]
VALIDATORS = {
    path.name: Draft202012Validator(
        json.loads(path.read_text(encoding="utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    for path in schema.FOLDER.glob("*.json")
}


def judge(kind: str) -> Draft202012Validator:
    return VALIDATORS[f"{kind}.v{KINDS[kind].version}.json"]


def test_golden_schemas_are_those_of_the_models() -> None:
    wanted = {name: schema.to_text(document) for name, document in schema.schemas().items()}
    standing = {path.name: path.read_text(encoding="utf-8") for path in schema.FOLDER.glob("*.json")}
    assert standing == wanted, schema.ADVICE


def test_a_changed_model_is_noticed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schema, "FOLDER", tmp_path)
    (tmp_path / "gone.v1.json").write_text("{}")
    assert schema.main([]) == 1
    assert "gone.v1.json differs" in capsys.readouterr().err
    assert schema.main(["--write"]) == 0
    assert schema.main([]) == 0
    (tmp_path / "stored.json").write_text("{}")
    assert schema.main([]) == 1
    assert "decision record" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(VALIDATORS))
def test_a_golden_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(VALIDATORS[name].schema)
    assert VALIDATORS[name].schema["$schema"] == schema.DIALECT


@pytest.mark.parametrize("data", EXAMPLES, ids=lambda data: data.kind)
def test_an_example_fits_its_schema_and_no_other(data: Any) -> None:
    message = asyncapi.example(data)
    assert parse(message).typed() == data
    fitting = [kind for kind in KINDS if judge(kind).is_valid(json.loads(message))]
    assert fitting == [data.kind]


@given(drawn=st.data())
def test_schema_and_model_agree_on_what_is_sent(
    any_event: st.SearchStrategy[Envelope], drawn: st.DataObject
) -> None:
    event = drawn.draw(any_event)
    judge(event.kind).validate(json.loads(event.to_json()))


@given(drawn=st.data())
def test_schema_and_model_agree_on_what_is_refused(
    any_event: st.SearchStrategy[Envelope], drawn: st.DataObject
) -> None:
    event = drawn.draw(any_event)
    document = json.loads(event.to_json())
    place = document if drawn.draw(st.booleans()) else document["data"]
    name = drawn.draw(st.sampled_from(sorted(place)))
    place[name] = drawn.draw(
        st.none() | st.booleans() | st.integers(-3, 3) | st.text("az09-", max_size=8) | st.lists(st.none())
    )
    try:
        read = parse(json.dumps(document).encode()).kind == event.kind
    except ContractError:
        read = False
    assert judge(event.kind).is_valid(document) is read


def test_the_asyncapi_document_is_that_of_the_contract() -> None:
    assert asyncapi.PATH.read_text(encoding="utf-8") == schema.to_text(asyncapi.document()), (
        "run `python -m edge_agent.contract.asyncapi --write`"
    )


def test_an_asyncapi_document_that_differs_is_noticed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(asyncapi, "PATH", tmp_path / "asyncapi.json")
    assert asyncapi.main([]) == 1
    assert "--write" in capsys.readouterr().err
    assert asyncapi.main(["--write"]) == 0
    assert asyncapi.main([]) == 0


def diagnostics(path: Path) -> list[dict[str, Any]]:
    if not (REPOSITORY / "node_modules" / "@asyncapi" / "parser").is_dir():
        pytest.skip("the AsyncAPI parser is not installed: run scripts/setup dev")
    program = Path(__file__).with_name("validate_asyncapi.mjs")
    command = ["node", str(program), str(path)]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=True)
    said: list[dict[str, Any]] = json.loads(ran.stdout)["diagnostics"]
    return said


def test_the_official_parser_finds_no_error_and_no_warning() -> None:
    assert [found for found in diagnostics(asyncapi.PATH) if found["severity"] < 2] == []


def test_the_official_parser_is_really_asked(tmp_path: Path) -> None:
    document = asyncapi.document()
    document["operations"]["device-sends-device-health"]["channel"]["$ref"] = "#/channels/nowhere"
    del document["info"]["title"]
    spoiled = tmp_path / "spoiled.json"
    spoiled.write_text(schema.to_text(document))
    errors = [found for found in diagnostics(spoiled) if found["severity"] == 0]
    assert len(errors) >= 2


def test_every_kind_has_its_channels_and_both_sides() -> None:
    document = asyncapi.document()
    for kind in KINDS:
        key = kind.replace(".", "-")
        assert {f"device-sends-{key}", f"fleet-receives-{key}"} <= document["operations"].keys()
    assert {"fleet-sends-stored", "device-receives-command"} <= document["operations"].keys()
    for channel in document["channels"].values():
        named = set(re.findall(r"\{(\w+)\}", channel["address"]))
        assert named == channel["parameters"].keys()
    retained = [
        name for name, operation in document["operations"].items() if operation["bindings"]["mqtt"]["retain"]
    ]
    assert retained == ["device-sends-device-presence", "fleet-receives-device-presence"]
