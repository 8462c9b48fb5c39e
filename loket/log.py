"""Structured logs: one JSON object a line on standard error, or readable lines on a terminal."""

import logging
import sys

import structlog


def configure(*, unit: str, level: int = logging.INFO) -> None:
    """Set up the process's log. Every line carries `unit`; never log a citizen's words."""
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _of(unit),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def _of(unit: str) -> structlog.types.Processor:
    # A processor rather than a context variable: threads do not inherit those.
    def add(_logger: object, _method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
        line.setdefault("unit", unit)
        return line

    return add


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of a module: `log = get(__name__)`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return logger
