"""How the gates fare, for the unit's health: numbers, and what a person should know."""

from collections.abc import Sequence

from edge_agent.vision.gate.audit import FEW_MISSES, Estimate
from edge_agent.vision.gate.interest import Interest
from edge_agent.vision.gate.tally import Tally
from edge_agent.vision.health import median

BADLY_GATED = 0.02
"""A gate that surely misses so much of what it skips is a fault."""


def gate_metrics(gates: Sequence[tuple[Tally, Interest]]) -> dict[str, float]:
    """Numbers of all cameras together."""
    tallies = [tally for tally, _ in gates]
    estimates = [interest.audits.estimate for _, interest in gates]
    whole = Estimate(sum(each.audits for each in estimates), sum(each.misses for each in estimates))
    open_s, closed_s = sum(tally.open_s for tally in tallies), sum(tally.closed_s for tally in tallies)
    return {
        "frames_decoded_total": sum(tally.decoded for tally in tallies),
        "frames_damaged_total": sum(tally.damaged for tally in tallies),
        "decode_p50_ms": round(median([s for tally in tallies for s in list(tally.decode_s)]) * 1000, 3),
        "gate_open_ratio": round(open_s / (open_s + closed_s), 4) if open_s + closed_s else 0.0,
        "gate_opened_total": sum(tally.opened for tally in tallies),
        "gate_audits_total": sum(interest.audits.total for _, interest in gates),
        "gate_misses_total": sum(interest.audits.missed for _, interest in gates),
        "gate_missed_ratio": round(whole.share, 5),
        "gate_missed_ratio_at_most": round(whole.at_most, 5),
    }


def gate_faults(camera: str, interest: Interest) -> list[str]:
    """What is wrong with a camera's gate."""
    estimate = interest.audits.estimate
    if estimate.misses < FEW_MISSES or estimate.at_least < BADLY_GATED:
        return []
    return [
        f"camera {camera}: its gate misses subjects, as audits show; raise sensitivity in [cameras.gate], "
        "or set enabled = false there"
    ]
