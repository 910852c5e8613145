"""The words of a `[[forge]]` section: kinds, the repository's name on the forge, and the address of a server of one's own.

A user and a token that somebody has pasted into an address are dropped here, so that they are nowhere stored or shown.
"""

import ipaddress
import re
from urllib.parse import urlsplit

FORGE_KINDS = ("github", "gitlab")
_PUBLIC = {"github.com", "www.github.com", "gitlab.com", "www.gitlab.com"}
_REPO = re.compile(r"[\w.-]+(?:/[\w.-]+)+")


def forge_repo(text: object) -> object:
    """owner/name, also of a whole address on github.com or gitlab.com. Raises ValueError for other text."""
    if not isinstance(text, str):
        return text
    path, parts = text.strip(), urlsplit(text.strip())
    if parts.scheme:
        if (parts.hostname or "") not in _PUBLIC:
            raise ValueError("write owner/name here, and the server's address as base_url")
        path = parts.path.strip("/").removesuffix(".git")
    if not _REPO.fullmatch(path):
        raise ValueError("wanted the repository's name on the forge, such as owner/name")
    return path


def forge_address(text: object) -> object:
    """Scheme, host and path of a server's address. Raises ValueError for one without https, but for this machine's own."""
    if not isinstance(text, str):
        return text
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError("cannot be read as an address such as https://git.example.com/api/v4") from error
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and _is_own(host))):
        raise ValueError("wanted an address with https, such as https://git.example.com/api/v4")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _is_own(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
