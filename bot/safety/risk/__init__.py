"""Hearing danger in what people write: a short list for now, in a data file for each language."""

from bot.safety.risk.danger import Danger, Kind, Level, read_danger

__all__ = ["Danger", "Kind", "Level", "read_danger"]
