"""The token for a forge: from the environment or from `gh`, used for one host, and never stored or shown.

A token goes only where its variable is meant for: GITHUB_TOKEN and GH_TOKEN to github.com, GH_ENTERPRISE_TOKEN and
GITHUB_ENTERPRISE_TOKEN to other GitHub servers, as `gh` has it; GITLAB_TOKEN to gitlab.com, or to the server that
GITLAB_HOST names, as `glab` has it. So an address in retro.toml cannot draw a token to a stranger.
"""

import shutil
import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

from retro.errors import ForgeError

BASES = {"github": "https://api.github.com", "gitlab": "https://gitlab.com/api/v4"}
_GITHUB = ("github.com", "api.github.com")
_GH_SECONDS = 10


def host_of(base_url: str) -> str:
    """Host, with the port where one is given, of a forge's address."""
    return urlsplit(base_url).netloc.rpartition("@")[2].lower()


def find_token(kind: str, base_url: str, environment: Mapping[str, str]) -> str:
    """The token for the forge at `base_url`. Raises ForgeError naming where it was looked for."""
    host = host_of(base_url)
    names = _variables(kind, host, environment)
    for name in names:
        if token := environment.get(name, "").strip():
            return token
    if kind == "github" and (token := _from_gh("github.com" if host in _GITHUB else host, environment)):
        return token
    wanted = " or ".join(names) if names else f"GITLAB_HOST={host} and GITLAB_TOKEN"
    also = ", or log in with `gh auth login`" if kind == "github" else ""
    raise ForgeError(f"{host}: no token to ask it with; set {wanted} in the environment{also}")


def _variables(kind: str, host: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    if kind == "github":
        is_public = host in _GITHUB or host.endswith(".ghe.com")
        return ("GH_TOKEN", "GITHUB_TOKEN") if is_public else ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
    own = environment.get("GITLAB_HOST", "").rpartition("//")[2].strip("/").lower()
    return ("GITLAB_TOKEN",) if host in ("gitlab.com", own) else ()


def _from_gh(host: str, environment: Mapping[str, str]) -> str | None:
    """What `gh` has stored for a host; None without `gh` or without a login."""
    program = shutil.which("gh", path=environment.get("PATH", ""))
    if program is None:
        return None
    asked = [program, "auth", "token", "--hostname", host]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=_GH_SECONDS, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() or None if told.returncode == 0 else None
