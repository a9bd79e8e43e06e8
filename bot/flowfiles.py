"""The flows that this installation runs: the shipped ones, and the folder's, of which one with the same id replaces it."""

from collections.abc import Mapping
from datetime import datetime

from bot.errors import ConfigurationError
from bot.logs import logger
from bot.people.applying import apply_flows
from bot.settings import Settings
from flows import FlowFileError, Known, load_file, read_library
from flows.model import Flow
from storage.database import Database
from storage.sealing import Keyring
from storage.sessions import current_flows

_log = logger("flowfiles")


async def bring_flows(database: Database, keyring: Keyring, settings: Settings, now: datetime) -> None:
    """Bring the flows of the files into the database: all of them, or none and those in use go on.

    A service whose bot stands still because of a slip in a flow is worse off than one with last week's flow: what is
    wrong is logged, and `blether doctor` and `blether flows check` name it.

    Raises:
        ConfigurationError: a flow is not fit to run, and there are none from before.
    """
    try:
        await database.run(apply_flows, keyring, read_flows(settings), now)
    except ConfigurationError as fault:
        if not await database.read(current_flows):
            raise
        _log.error("flows.refused", count=len(fault.problems))


def read_flows(settings: Settings) -> Mapping[str, Flow]:
    """Every flow by its id.

    Raises:
        ConfigurationError: a file of the folder is not fit to run; everything wrong in all of them is named.
    """
    flows = dict(read_library())
    if settings.flows.folder is None:
        return flows
    problems: list[str] = []
    paths = sorted(path for path in settings.flows.folder.glob("*.toml") if not path.name.endswith(".transcripts.toml"))
    ids = frozenset(flows) | {path.stem for path in paths}
    known = Known(policies=frozenset(settings.policies), flows=ids, callable=flows)
    for path in paths:
        try:
            flow = load_file(path, known)
        except FlowFileError as fault:
            problems += [one.line_of_text() for one in fault.problems if one.severity == "error"]
        else:
            flows[flow.id] = flow
    if problems:
        raise ConfigurationError(problems)
    return flows
