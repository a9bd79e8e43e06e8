"""The flows that this installation runs: the shipped ones, and the folder's, of which one with the same id replaces it."""

from collections.abc import Mapping

from bot.errors import ConfigurationError
from bot.settings import Settings
from flows import FlowFileError, Known, load_file, read_library
from flows.model import Flow


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
    known = Known(policies=frozenset(settings.policies), flows=frozenset(flows) | {path.stem for path in paths})
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
