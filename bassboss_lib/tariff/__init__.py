"""Tariff rehearsal and survey."""

__all__: list[str] = []
