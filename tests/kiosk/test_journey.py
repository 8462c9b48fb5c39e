"""A submission from the first page to its code, over HTTP, on the running unit with its real outbox."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import pytest

from loket import codes
from tests.kiosk.unit import RunningKiosk, Visitor


def submissions_of(kiosk: RunningKiosk, text: str) -> list[dict[str, object]]:
    """What the intake reads of the submissions with this text."""
    found = [kiosk.open_sealed(data) for _, data in kiosk.rows()]
    return [document for document in found if document["text"] == text]


@pytest.mark.parametrize(("language", "saved"), [("id", "Tersimpan di kiosk"), ("en", "Saved at the kiosk")])
def test_what_was_written_reaches_the_intake(
    kiosk: RunningKiosk, visitor: Visitor, language: str, saved: str
) -> None:
    visitor.press(language)
    text = f"Jembatan gantung di {language} putus 😀\nmohon dilihat"
    visitor.write(text, contact="0812 3456 7890", kind="permintaan_informasi")
    assert visitor.path == "/pengaduan/periksa"
    assert "Jembatan gantung" in visitor.text
    before = len(kiosk.rows())
    visitor.consent()
    assert visitor.path == "/tersimpan"
    assert saved in visitor.text
    assert len(kiosk.rows()) == before + 1
    event_id, data = kiosk.rows()[-1]
    assert data["submission"] == event_id
    assert data["service"] == "complaint"
    assert data["consent_version"] == "complaint-2"
    assert codes.shown(codes.code_of(UUID(event_id))) == visitor.code
    assert (data["category"], data["topic"], data["agency"]) == (
        "permintaan_informasi",
        "penerangan",
        "dishub",
    )
    assert (data["identity"], data["place"]) == ("named", "17.07.10")
    document = kiosk.open_sealed(data)
    assert re.fullmatch(r"[0-9a-f]{32,64}", str(document.pop("salt")))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", str(document.pop("created_at")))
    assert document == {
        "service": "complaint",
        "class": "permintaan_informasi",
        "text": text,
        "topic": "penerangan",
        "place": "17.07.10",
        "identity": "named",
        "name": "Warga",
        "contact": "0812 3456 7890",
        "language": language,
        "consent_version": "complaint-2",
    }


def test_nothing_typed_stands_in_an_address(visitor: Visitor) -> None:
    visitor.write("kanari di alamat", contact="kanari@contoh.id").consent()
    addresses = [str(response.url) for response in [*visitor.page.history, visitor.page]]
    assert not [address for address in addresses if "kanari" in address or visitor.code in address]


def test_sending_twice_files_once(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.write("kirim dua kali")
    form = {"csrf": visitor.csrf, "go": "next", "consent": "complaint-2"}
    cookies = dict(visitor.client.cookies)

    def send(_: int) -> str:
        with httpx.Client(base_url=kiosk.url, cookies=cookies, follow_redirects=True, timeout=20) as tab:
            return tab.post("/pengaduan/periksa", data=form).text

    with ThreadPoolExecutor(4) as tabs:
        pages = list(tabs.map(send, range(8)))
    assert len({re.search(r'id="code">([^<]+)<', page)[1] for page in pages}) == 1  # type: ignore[index]
    assert len(submissions_of(kiosk, "kirim dua kali")) == 1


def test_going_back_loses_nothing(visitor: Visitor) -> None:
    visitor.write("jangan hilang", contact="a@b.id")
    visitor.press("back")
    assert visitor.path == "/pengaduan/kontak"
    assert 'value="a@b.id"' in visitor.text
    visitor.press("back", contact="c@d.id").press("back", name="Orang Lain").press("back")
    visitor.press("back").press("back")
    assert visitor.path == "/pengaduan/isi"
    visitor.press("back", text="jangan hilang juga")
    assert visitor.path == "/pengaduan/jenis"
    assert re.search(r'value="pengaduan"[^>]*checked', visitor.text)
    visitor.press("next", **{"class": "pengaduan"})
    assert "jangan hilang juga" in visitor.text
    for _ in range(4):  # text, topic, place and identity stand
        visitor.press("next", **({"text": "jangan hilang juga"} if visitor.path.endswith("isi") else {}))
    assert 'value="Orang Lain"' in visitor.text
    visitor.press("next", name="Orang Lain")
    assert 'value="c@d.id"' in visitor.text


def test_switching_the_language_keeps_what_is_typed(visitor: Visitor) -> None:
    visitor.press("complaint").press("next", **{"class": "pengaduan"})
    visitor.press("en", text="setengah jal")
    assert visitor.path == "/pengaduan/isi"
    assert "What do you want to tell us?" in visitor.text
    assert "setengah jal" in visitor.text


def test_a_change_leads_back_to_the_review(visitor: Visitor) -> None:
    visitor.write("sebelum")
    visitor.go("/pengaduan/isi").press("next", text="sesudah")
    assert visitor.path == "/pengaduan/periksa"
    assert "sesudah" in visitor.text


def test_two_tabs_share_the_answers(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.press("complaint").press("next", **{"class": "pengaduan"}).press("next", text="dari tab satu")
    visitor.press("next", topic="jalan").press("next", place="17.07.01")
    with httpx.Client(base_url=kiosk.url, cookies=dict(visitor.client.cookies), follow_redirects=True) as tab:
        assert "dari tab satu" in tab.get("/pengaduan/isi").text
        visitor.press("next", identity="anonymous").consent()
        assert tab.get("/pengaduan/isi").url.path == "/tersimpan"
        again = tab.post("/pengaduan/isi", data={"csrf": visitor.csrf, "go": "next", "text": "terlambat"})
        assert again.url.path == "/tersimpan"
    assert submissions_of(kiosk, "terlambat") == []


ASKED = (
    {"class": "pengaduan"}, {"text": "x"}, {"topic": "lain"}, {"place": "tidak_tertentu"},
    {"identity": "confidential"}, {"name": "Warga"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "path", "told"),
    [
        ([{}], "/pengaduan/jenis", "Pilih salah satu dari dua jenis."),
        ([{"class": "lain"}], "/pengaduan/jenis", "Pilih salah satu dari dua jenis."),
        ([{"class": "pengaduan"}, {"text": " \n\t "}], "/pengaduan/isi", "Tuliskan apa yang ingin Anda"),
        ([{"class": "pengaduan"}, {"text": "x" * 4002}], "/pengaduan/isi", "kelebihan 2 karakter"),
        ([*ASKED[:2], {"topic": "tidak ada"}], "/pengaduan/topik", "Pilih topik"),
        ([*ASKED[:3], {"place": "99.99.99"}], "/pengaduan/tempat", "Pilih tempat"),
        ([*ASKED[:4], {"identity": ""}], "/pengaduan/identitas", "dari tiga pilihan"),
        ([*ASKED[:5], {"name": " "}], "/pengaduan/nama", "Tulis nama Anda"),
        ([*ASKED[:6], {"contact": "rumah"}], "/pengaduan/kontak", "Tulis nomor"),
        ([*ASKED[:6], {"contact": "9" * 130}], "/pengaduan/kontak", "kelebihan 10"),
    ],
)
def test_a_wrong_answer_is_explained_and_kept(
    visitor: Visitor, answers: list[dict[str, str]], path: str, told: str
) -> None:
    visitor.press("complaint")
    for answer in answers:
        visitor.press("next", **answer)
    assert visitor.path == path
    assert told in visitor.text
    assert 'role="alert"' in visitor.text
    given = next(iter(answers[-1].values()), "").strip()
    assert given in visitor.text or path.rpartition("/")[2] in ("jenis", "topik", "tempat", "identitas")


def test_emoji_count_as_people_count_them(visitor: Visitor) -> None:
    visitor.press("complaint").press("next", **{"class": "pengaduan"}).press("next", text="😀" * 4000)
    assert visitor.path == "/pengaduan/topik"


def test_without_consent_nothing_is_sent(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.write("tanpa persetujuan")
    for consent in ("", "complaint-0"):
        visitor.press("next", consent=consent)
        assert visitor.path == "/pengaduan/periksa"
        assert "Tanpa persetujuan Anda" in visitor.text
    assert submissions_of(kiosk, "tanpa persetujuan") == []


def test_no_question_can_be_skipped(visitor: Visitor) -> None:
    visitor.press("complaint").go("/pengaduan/periksa")
    assert visitor.path == "/pengaduan/jenis"


def test_a_language_switch_is_not_a_way_around_the_review(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.press("complaint")
    visitor.press("next", path="/pengaduan/periksa", consent="complaint-2")
    assert visitor.path == "/pengaduan/jenis"
    assert submissions_of(kiosk, "") == []


def test_after_finishing_no_page_shows_anything_of_the_person(visitor: Visitor) -> None:
    visitor.write("punya orang lain").consent()
    code, cookie = visitor.code, dict(visitor.client.cookies)
    visitor.press("", path="/akhiri")
    assert visitor.path == "/selesai"
    assert not visitor.client.cookies
    paths = ("/", "/tersimpan", "/pengaduan/periksa", "/pengaduan/isi", "/lacak/hasil", "/tersimpan/keadaan")
    for path in paths:
        visitor.go(path)
        assert visitor.path == "/"
        assert code not in visitor.text
    visitor.client.cookies.update(cookie)
    for path in paths[1:]:
        visitor.client.cookies.update(cookie)
        visitor.go(path)
        assert visitor.path == "/habis"
        assert code not in visitor.text
        assert "punya orang lain" not in visitor.text


def test_cancelling_wipes_the_answers(visitor: Visitor) -> None:
    visitor.write("batal saja").press("", path="/akhiri")
    visitor.press("complaint", path="/")
    visitor.go("/pengaduan/isi")
    assert "batal saja" not in visitor.text


def test_the_states_are_told_as_they_come(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.write("ikuti keadaannya").consent()
    submission = kiosk.rows()[-1][0]
    inbox = kiosk.inbox()
    try:
        for state, reached in (("saved", 1), ("sent", 2), ("stored", 3)):
            inbox.set_submission_state(submission, state)
            fragment = visitor.client.get("/tersimpan/keadaan").text
            assert fragment.count('<li class="done') == reached
            assert f'data-state="{state}"' in fragment
    finally:
        inbox.close()


def test_a_refused_submission_sends_the_person_to_the_staff(kiosk: RunningKiosk, visitor: Visitor) -> None:
    visitor.write("akan ditolak").consent()
    inbox = kiosk.inbox()
    try:
        inbox.set_submission_state(kiosk.rows()[-1][0], "refused")
    finally:
        inbox.close()
    visitor.go("/tersimpan")
    assert "Perlu petugas" in visitor.text
    assert 'class="done' not in visitor.text


def test_a_code_is_followed_in_another_visit_however_it_is_typed(
    kiosk: RunningKiosk, visitor: Visitor
) -> None:
    visitor.write("lacak nanti").consent()
    code = visitor.code
    visitor.press("", path="/akhiri")
    for typed in (code, code.lower().replace("-", " "), code.replace("0", "o").replace("1", "l")):
        with Visitor(kiosk) as later:
            later.press("track").press("next", code=typed)
            assert later.path == "/lacak/hasil"
            assert code in later.text
            assert "Tersimpan di kiosk" in later.text
            assert "lacak nanti" not in later.text


def test_words_are_kept_while_they_are_typed(visitor: Visitor) -> None:
    visitor.press("complaint").press("next", **{"class": "pengaduan"})
    answer = visitor.client.post(
        "/pengaduan/isi/simpan", data={"csrf": visitor.csrf, "text": "belum selesai"}
    )
    assert answer.status_code == 204
    assert "belum selesai" in visitor.go("/pengaduan/isi").text
