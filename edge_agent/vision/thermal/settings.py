"""`[thermal]`: from which temperatures on fewer pictures are looked at."""

from pydantic import Field, ValidationInfo, field_validator

from loket.settings import Section


class ThermalSettings(Section):
    """`[thermal]`."""

    enabled: bool = Field(default=True, description="Whether heat lowers the frame rate.")
    warm_c: float = Field(
        default=75, ge=30, le=110, description="Degrees Celsius from which it is three quarters of `max_fps`."
    )
    hot_c: float = Field(
        default=80, ge=30, le=110, validate_default=True, description="From which it is half."
    )
    critical_c: float = Field(
        default=84, ge=30, le=110, validate_default=True, description="From which it is a quarter."
    )

    @field_validator("hot_c", "critical_c")
    @classmethod
    def _rises(cls, value: float, info: ValidationInfo) -> float:
        before = {"hot_c": "warm_c", "critical_c": "hot_c"}[info.field_name or ""]
        if before in info.data and value <= info.data[before]:
            raise ValueError(f"is not above {before}; the three rise")
        return value

    @property
    def steps_c(self) -> tuple[float, float, float]:
        """The three temperatures."""
        return self.warm_c, self.hot_c, self.critical_c
