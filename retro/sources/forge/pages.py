"""Raw pages of a forge, kept below `data/forge/<name>/`, so that reading them again needs no network.

    pages/20260310T090000Z.jsonl.gz   one page a line, each compressed on its own: a kill costs the last page at most
    state.json                        how far the questions got, and the ETags of pages that need not be sent again

The folder holds names and texts as the forge has them, so only its owner may enter it.
"""

import gzip
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from retro.errors import ForgeError

_UNFIT = '/\\:*?"<>| '


def folder_of(root: Path, name: str) -> Path:
    """Folder of a forge called `name` in the project at `root`."""
    fit = "".join("-" if letter in _UNFIT or not letter.isprintable() else letter for letter in name).strip(".-")
    return root / "data" / "forge" / (fit or "forge")


@dataclass
class Pages:
    """The pages of one forge; `state` is what the next run goes on from."""

    folder: Path
    began_at: datetime
    state: dict = field(default_factory=dict)
    count: int = 0

    @classmethod
    def open(cls, folder: Path, began_at: datetime | None = None) -> "Pages":
        """The pages in `folder`, which is made when it is not there. Raises ForgeError when it cannot be used."""
        try:
            (folder / "pages").mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            path = folder / "state.json"
            state = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        except OSError as error:
            raise ForgeError(f"{folder}: cannot be used ({error.strerror}); mend its permissions") from error
        except ValueError:
            state = {}  # torn by a full disk: everything is asked for again
        return cls(folder, began_at or datetime.now(UTC), state if isinstance(state, dict) else {})

    def save(self, url: str, body: object) -> None:
        """Appends a page; once this returns, a kill does not lose it."""
        fetched_at = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps({"url": url, "fetched_at": fetched_at, "body": body}, ensure_ascii=False) + "\n"
        path = self.folder / "pages" / f"{self.began_at:%Y%m%dT%H%M%SZ}.jsonl.gz"
        with path.open("ab") as file:
            file.write(gzip.compress(line.encode("utf-8", "replace"), 6))
            file.flush()
            os.fsync(file.fileno())
        self.count += 1

    def keep_state(self) -> None:
        """Writes the state, whole or not at all."""
        draft = self.folder / ".state.json"
        draft.write_text(json.dumps(self.state, indent=1, sort_keys=True) + "\n", "utf-8")
        os.replace(draft, self.folder / "state.json")

    @property
    def etags(self) -> dict[str, str]:
        """ETag by address."""
        return self.state.setdefault("etags", {})
