"""The addresses of the kiosk's pages. Nothing that a citizen wrote, nor a code, ever stands in one."""

from edge_agent.kiosk import services
from edge_agent.kiosk.look import PLAIN, Look
from edge_agent.kiosk.services.service import Question, Service
from edge_agent.kiosk.sessions import Session

WELCOME = "/"
FILED = "/tersimpan"
FILED_STATE = "/tersimpan/keadaan"
TRACK = "/lacak"
TRACKED = "/lacak/hasil"
TRACKED_STATE = "/lacak/keadaan"
FINISH = "/akhiri"
FINISHED = "/selesai"
EXPIRED = "/habis"
WARNING = "/peringatan"
EXTEND = "/lanjutkan"
LEFT = "/sisa"
HEALTH = "/healthz"
CHECK = "periksa"
KEEP = "simpan"


def in_language(path: str, language: str, look: Look = PLAIN) -> str:
    """A page for which no visit remembers the language and the look."""
    return f"{path}?bahasa={language}" + ("" if look == PLAIN else f"&tampil={look.short}")


def question(service: Service, asked: Question) -> str:
    """Where a service's question is asked."""
    return f"/{service.path}/{asked.path}"


def check(service: Service) -> str:
    """Where the answers to a service are reviewed."""
    return f"/{service.path}/{CHECK}"


def resume(session: Session) -> str:
    """Where a visit goes on."""
    service = services.named(session.service or "")
    if session.filed is not None:
        return FILED
    if session.tracked is not None:
        return TRACKED
    if service is None:
        return WELCOME
    flawed = service.first_flawed(session.answered)
    return check(service) if flawed is None else question(service, flawed)
