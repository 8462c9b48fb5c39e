"""The numbers of the vision unit's health event, and what each means, for docs/reference/metrics.md."""

from collections.abc import Mapping

METRICS: Mapping[str, str] = {
    "cameras_up": "Cameras that give pictures.",
    "cameras_down": "Cameras that give none now.",
    "frames_total": "Pictures that the cameras gave, decoded or not.",
    "frames_per_s": "The same in a second, since the health event before.",
    "frames_decoded_total": "Pictures that were decoded.",
    "frames_damaged_total": "Pictures, or groups of them, left out because they came damaged.",
    "frames_dropped_total": "Pictures that gave way to newer ones before their turn came.",
    "decode_p50_ms": "Median time of the recent decodings, milliseconds.",
    "gate_open_ratio": "Share of all cameras' time in which their gates were open.",
    "gate_opened_total": "How often a gate opened.",
    "gate_audits_total": "Skipped pictures that the detector was shown all the same.",
    "gate_misses_total": "Of these, those in which it found a subject.",
    "gate_missed_ratio": "Estimated share of skipped pictures with a subject.",
    "gate_missed_ratio_at_most": "That share is surely no greater (95 %).",
    "inferences_total": "Pictures that the detector looked at.",
    "inferences_per_s": "The same in a second, since the health event before.",
    "invoke_p50_ms": "Median time of the recent detections, milliseconds.",
    "overdue_max_ms": "The longest that a recent picture waited beyond its due time, milliseconds.",
    "overdue_p95_ms": "How long a recent picture waited beyond its due time, 95th percentile, milliseconds.",
    "tracks_created_total": "Objects that were believed.",
    "events_total": "Events that were told.",
    "events_unsaid_total": "Events for which there was no room.",
    "snapshots_total": "Pictures that were kept to be sent.",
    "snapshots_lost_total": "Pictures for which there was no room.",
    "readers_replaced_total": "Times that a camera's reader hung and was replaced.",
    "rate_share": "Share of `max_fps` at which pictures are looked at; less than 1 where it is too hot.",
    "throttled": "1 while the firmware slows the processor down, else 0.",
    "temperature_c": "The hottest sensor, degrees Celsius; none on a device without sensors.",
    "rss_bytes": "Memory that the unit holds.",
    "disk_free_bytes": "Room on the disk of its data.",
    "startup_s": "From the process's start to the first picture that was looked at, seconds.",
    "uptime_s": "Since the unit began, seconds.",
}
"""Totals count from the unit's start."""
SOMETIMES: frozenset[str] = frozenset({"temperature_c"})
"""Those that a device may not have the sensors for."""
