"""The plan: settings, sprints and views, which decide derived rows."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from retro.config import Settings
from retro.sprints import Sprint, plan_sprints


def project_sprints(settings: Settings, now: datetime | None = None) -> list[Sprint]:
    """The plan up to the sprint that runs at `now` (default: this moment)."""
    zone = settings.project.timezone
    return plan_sprints(settings.sprints, zone, (now or datetime.now(UTC)).astimezone(ZoneInfo(zone)).date())


def plan_digest(settings: Settings, sprints: Sequence[Sprint], places: Sequence[Path]) -> str:
    """SHA-256 over all that decides derived rows and views: settings, sprints, files of macros and views, Retro's version."""
    files = (path for place in places for kind in ("macros", "views") for path in sorted((place / kind).glob("*.sql")))
    views = [path.read_text("utf-8") for path in files]
    named = settings.model_dump(mode="json", exclude={"root"})
    facts = [version("retro-toolkit"), named, [str(sprint) for sprint in sprints], views]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def has_ended_since(mined_at: float | None, sprints: Sequence[Sprint]) -> bool:
    """True when a sprint that ran when the repositories were last looked at has ended: now it is known to be whole."""
    if mined_at is None:
        return False
    looked_at = datetime.fromtimestamp(mined_at, UTC)
    return any(looked_at < sprint.ends_at <= datetime.now(UTC) for sprint in sprints)
