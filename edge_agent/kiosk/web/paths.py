"""The addresses of the kiosk's pages. Nothing that a citizen wrote, nor a code, ever stands in one."""

from edge_agent.kiosk.look import PLAIN, Look
from edge_agent.kiosk.services import Services
from edge_agent.kiosk.services.service import Form, Question, Sheet, Shelf
from edge_agent.kiosk.sessions import Session

WELCOME = "/"
FILED = "/tersimpan"
FILED_STATE = "/tersimpan/keadaan"
FILED_WHY = "/tersimpan/mengapa"
CANCEL = "/tersimpan/batal"
TRACK = "/lacak"
TRACKED = "/lacak/hasil"
TRACKED_STATE = "/lacak/keadaan"
TRACKED_WHY = "/lacak/mengapa"
TRACKED_CANCEL = "/lacak/batal"
EMERGENCY = "/darurat"
EMERGENCY_STATE = "/darurat/keadaan"
FINISH = "/akhiri"
FINISHED = "/selesai"
EXPIRED = "/habis"
WARNING = "/peringatan"
EXTEND = "/lanjutkan"
LEFT = "/sisa"
HEALTH = "/healthz"
PROOF = "/layar"
SPEECH = "/suara"
RECORD = "/rekaman"
UNRECORD = "/rekaman/hapus"
PHOTO = "/foto"
CHECK = "periksa"
KEEP = "simpan"


def in_language(path: str, language: str, look: Look = PLAIN) -> str:
    """A page for which no visit remembers the language and the look."""
    return f"{path}?bahasa={language}" + ("" if look == PLAIN else f"&tampil={look.short}")


def question(service: Form, asked: Question) -> str:
    """Where a service's question is asked."""
    return f"/{service.path}/{asked.path}"


def check(service: Form) -> str:
    """Where the answers to a service are reviewed."""
    return f"/{service.path}/{CHECK}"


def shelf(service: Shelf) -> str:
    """Where a shelf's sheets are listed."""
    return f"/{service.path}"


def sheet(service: Shelf, read: Sheet) -> str:
    """Where a sheet is read."""
    return f"/{service.path}/{read.name}"


def resume(session: Session, services: Services) -> str:
    """Where a visit goes on."""
    service = services.form(session.service)
    if session.alarm is not None:
        return EMERGENCY
    if session.filed is not None:
        return FILED
    if session.tracked is not None:
        return TRACKED
    if service is None:
        return WELCOME
    flawed = service.first_flawed(session.answered, said=bool(session.recording))
    if flawed is not None:
        return question(service, flawed)
    return check(service) if service.reviewed else question(service, service.asked(session.answered)[-1])
