"""The JavaScript that draws the charts (Vega, Vega-Lite, Vega-Embed), made by vl-convert and kept in the user's cache.

A page carries it packed, at two fifths of its size; page.js unpacks it and runs it as a script whose digest the page's
policy names. Making it takes two seconds, reading it none. The first line of the cached file is the digest of the rest,
so a file that was cut short or changed is made again.
"""

import base64
import hashlib
import os
import tempfile
import zlib
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import platformdirs

SNIPPET = "window.vegaEmbed = vegaEmbed;"


class ChartScript(NamedTuple):
    """`packed`: raw DEFLATE in base64, about 370 kB; `digest`: SHA-256 in base64, and `size`: bytes, of the script itself."""

    packed: str
    digest: str
    size: int


def chart_script(folder: Path | None = None) -> ChartScript:
    """The script, which puts `vegaEmbed` on the window. It is kept in `folder`, by default the user's cache.

    A folder that cannot be written costs the time of making the script again, nothing else.
    """
    place = folder or platformdirs.user_cache_path("retro", appauthor=False)
    snippet = hashlib.sha256(SNIPPET.encode()).hexdigest()[:12]
    path = place / f"charts-{version('vl-convert-python')}-{snippet}.packed"
    kept = _read(path)
    if kept is None:
        kept = _packed(_make())
        _keep(path, kept)
    digest, size, packed = kept.split("\n")
    return ChartScript(packed, digest, int(size))


def _read(path: Path) -> str | None:
    try:
        digest, _, kept = path.read_text("ascii").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return kept if digest == _digest(kept) else None


def _make() -> str:
    import vl_convert

    return vl_convert.javascript_bundle(SNIPPET)


def _packed(script: str) -> str:
    """Three lines: the script's own digest, its size, and the script packed."""
    content = script.encode()
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    packed = base64.b64encode(zlib.compress(content, 9, wbits=-zlib.MAX_WBITS)).decode()
    return f"{digest}\n{len(content)}\n{packed}"


def _keep(path: Path, kept: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".charts-", dir=path.parent)
        try:
            with open(handle, "w", encoding="ascii", newline="") as file:
                file.write(f"{_digest(kept)}\n{kept}")
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError:
        return


def _digest(kept: str) -> str:
    return f"// sha256 {hashlib.sha256(kept.encode()).hexdigest()}"
