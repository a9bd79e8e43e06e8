"""Configuration: the file, the environment, and what is wrong with them. The only reader of the environment."""

from bot.settings.environment import Faults, StopAt, faults
from bot.settings.load import load
from bot.settings.model import (
    ContactSettings,
    DatabaseSettings,
    FlowsSettings,
    MissedSettings,
    ScheduleSettings,
    SecuritySettings,
    ServiceSettings,
    Settings,
    SupervisorSettings,
    TeamSettings,
    TelegramSettings,
    TwilioSettings,
    WebSettings,
)

__all__ = [
    "ContactSettings",
    "DatabaseSettings",
    "Faults",
    "FlowsSettings",
    "MissedSettings",
    "ScheduleSettings",
    "SecuritySettings",
    "ServiceSettings",
    "Settings",
    "StopAt",
    "SupervisorSettings",
    "TeamSettings",
    "TelegramSettings",
    "TwilioSettings",
    "WebSettings",
    "faults",
    "load",
]
