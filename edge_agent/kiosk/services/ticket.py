"""The service "ticket": a number in a queue (antrean) of the hall where the kiosk stands."""

from edge_agent.contract.events import EventData, TicketTaken
from edge_agent.kiosk.services.hall import Hall
from edge_agent.kiosk.services.service import N_, Choice, Draft, Ending, Form, Option

NAME = "ticket"
BY_VOICE = "suara"


def offered(hall: Hall) -> Form | None:
    """The service in a hall; None where it has no queue."""
    queues = {queue.name: queue for queue in hall.queues}
    if not queues:
        return None

    def compose(draft: Draft) -> EventData:
        queue = queues[draft.answers["queue"]]
        day = hall.serving_day(draft.reading.wall).isoformat()
        number = draft.numbers.take(queue.name, day=day, ticket=draft.subject)
        return TicketTaken(
            ticket=draft.subject,
            queue=queue.name,
            number=number_of(queue.letter, hall.series, number),
            day=day,
            audible=draft.answers.get("call") == BY_VOICE,
        )

    return Form(
        name=NAME,
        path="antrean",
        title=N_("Take a queue number"),
        explained=N_("For the counters of this office."),
        questions=(
            Choice(
                name="queue",
                path="layanan",
                title=N_("Which counter do you need?"),
                short=N_("Service"),
                missing=N_("Choose a service."),
                options=tuple(
                    Option(queue.name, queue.title, agency.title if agency else "")
                    for queue in hall.queues
                    for agency in (hall.region.agency(queue.agency or ""),)
                ),
                instant=True,
            ),
            Choice(
                name="call",
                path="panggilan",
                title=N_("How shall we call you?"),
                short=N_("Call"),
                missing=N_("Choose how we call you."),
                options=(
                    Option("layar", N_("As everybody"), N_("On the hall's display, and by its loudspeaker.")),
                    Option(
                        BY_VOICE,
                        N_("I need more time"),
                        N_("Call me by voice, more than once, and wait. I cannot see the display well."),
                    ),
                ),
                instant=True,
            ),
        ),
        compose=compose,
        reviewed=False,
        ending=Ending.TICKET,
    )


def number_of(letter: str, series: str, number: int) -> str:
    """A number as it is called: A20, or AK20 where the hall's second kiosk has the series K."""
    return f"{letter}{series}{number}"
