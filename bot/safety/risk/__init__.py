"""Hearing danger in what people write: facts heard in sentences, weighed and added up, by a data file for each language."""

from bot.safety.risk.danger import NOTHING, Danger, Level, read_danger
from bot.safety.risk.rules import Kind

__all__ = ["NOTHING", "Danger", "Kind", "Level", "read_danger"]
