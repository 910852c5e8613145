"""Logs of gateways and usage exports as they are on disk now."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from retro.config import Settings
from retro.sources.gateway.places import LogFile, find_logs

GONE = "gone"


@dataclass(frozen=True)
class LogStates:
    """The logs on disk, those that are new or changed, names of those that are gone, and by which map each was read last."""

    logs: tuple[LogFile, ...] = ()
    changed: tuple[LogFile, ...] = ()
    gone: tuple[str, ...] = ()
    maps: dict[str, str | None] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether a run has anything to do about them."""
        return bool(self.changed or self.gone)


def log_states(settings: Settings, known: Mapping[str, tuple[str, str | None]], *, again: bool = False) -> LogStates:
    """How the logs of retro.toml stand against what is known of them; all of them count as changed when `again`."""
    logs = find_logs(settings.root, settings.gateway)
    digests = {item: digest for item, (digest, _) in known.items()}
    maps = {item: how for item, (_, how) in known.items()}
    changed = [log for log in logs if again or digests.get(log.item) != log.digest]
    there = {log.item for log in logs}
    gone = [item for item, digest in digests.items() if digest != GONE and item not in there]
    return LogStates(tuple(logs), tuple(changed), tuple(gone), maps)
