"""The JavaScript that draws the charts (Vega, Vega-Lite, Vega-Embed), made by vl-convert and kept in the user's cache.

Making it takes two seconds, reading it none. The first line of the cached file is the digest of the rest, so a file
that was cut short or changed is made again.
"""

import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

import platformdirs

SNIPPET = "window.vegaEmbed = vegaEmbed;"


def chart_script(folder: Path | None = None) -> str:
    """The script, about 900 kB; it puts `vegaEmbed` on the window. It is kept in `folder`, by default the user's cache.

    A folder that cannot be written costs the time of making the script again, nothing else.
    """
    place = folder or platformdirs.user_cache_path("retro", appauthor=False)
    snippet = hashlib.sha256(SNIPPET.encode()).hexdigest()[:12]
    path = place / f"charts-{version('vl-convert-python')}-{snippet}.js"
    script = _read(path)
    if script is None:
        script = _make()
        _keep(path, script)
    return script


def _read(path: Path) -> str | None:
    try:
        digest, _, script = path.read_text("utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return script if digest == _digest(script) else None


def _make() -> str:
    import vl_convert

    return inline_safe(vl_convert.javascript_bundle(SNIPPET))


def _keep(path: Path, script: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".charts-", dir=path.parent)
        try:
            with open(handle, "w", encoding="utf-8", newline="") as file:
                file.write(f"{_digest(script)}\n{script}")
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError:
        return


def inline_safe(script: str) -> str:
    """The script with what would end a script element of HTML written otherwise; it can occur in strings only."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _digest(script: str) -> str:
    return f"// sha256 {hashlib.sha256(script.encode()).hexdigest()}"
