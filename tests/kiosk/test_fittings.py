"""The board and voice notes."""

from edge_agent.kiosk.board import Board, NoBoard, hear_privately
from edge_agent.kiosk.voice_note import VoiceNote
from edge_agent.testing.board import MemoryBoard


def test_headphones_mute_the_speaker() -> None:
    board = MemoryBoard()
    assert hear_privately(board) is False
    assert board.is_speaking
    board.is_plugged = True
    assert hear_privately(board) is True
    assert not board.is_speaking
    board.is_plugged = None
    assert hear_privately(board) is None
    assert not board.is_speaking  # nobody knows: it stays as it was


def test_no_board_confirms_nothing() -> None:
    board: Board = NoBoard()
    assert not board.buzz(3)
    assert board.headphones() is None
    assert not board.speaker(on=True)


def test_a_voice_note_is_wiped_and_never_shown() -> None:
    note = VoiceNote(b"kanari", length_s=3)
    assert note
    assert note.read() == b"kanari"
    assert "kanari" not in f"{note!r}"
    kept = note._buffer
    note.wipe()
    assert not note
    assert b"kanari" not in kept
    assert note.read() == b""
