"""A small model in this process: what it takes, what it refuses, and that it keeps nothing."""

from pathlib import Path

import pytest

from edge_agent.model_store.manifest import manifests_folder
from edge_agent.reading import Unfit
from edge_agent.reading.grams import SIZE, features
from edge_agent.reading.network import Network

TOPICS = manifests_folder() / "complaint_topics" / "complaint_topics.tflite"


@pytest.fixture(scope="module")
def network() -> Network:
    return Network(TOPICS)


def test_the_same_entry_gets_the_same_answer(network: Network) -> None:
    entry = features("jalan rusak")
    first = network.answer(entry)
    assert len(first) == network.outputs
    assert network.answer(features("lampu mati")) != first
    assert network.answer(entry) == first


def test_nothing_of_an_entry_stays(network: Network) -> None:
    network.answer(features("air keruh"))
    assert not network._interpreter.get_tensor(network._entry).any()


@pytest.mark.parametrize("size", [0, 1, SIZE - 1, SIZE + 1])
def test_an_entry_of_another_size_is_refused(network: Network, size: int) -> None:
    with pytest.raises(Unfit, match=f"not {size}"):
        network.answer(bytes(size))


@pytest.mark.parametrize("content", [b"", b"TFL3", b"nothing of the sort" * 100])
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(Unfit, match=r"model\.tflite: cannot be loaded"):
        Network(path)


def test_a_cut_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(TOPICS.read_bytes()[:2000])
    with pytest.raises(Unfit):
        Network(path)


def test_a_model_of_another_sort_is_refused() -> None:
    with pytest.raises(Unfit, match="takes or gives other things"):
        Network(manifests_folder() / "street_sim" / "street_sim.tflite")
