"""People of a log as keyed hashes: one person can be followed, and nobody can be named without the project's key.

The key is made once, in a file beside the warehouse and not in it: whoever is given the warehouse cannot try names.
"""

import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

from retro.errors import WarehouseError

FILE = Path("keys") / "identity.key"
_KEY_BYTES, _SHOWN_DIGITS = 32, 32


def read_key(folder: Path) -> bytes:
    """The key of the project whose data lie in `folder`, made when there is none; only its owner may read it.

    Raises WarehouseError when it can be neither read nor made, or is no key.
    """
    file = folder / FILE
    try:
        _make_key(file)
        key = file.read_bytes()
    except OSError as error:
        raise WarehouseError(f"{file}: cannot be read or made ({error.strerror}); mend its permissions") from error
    if len(key) != _KEY_BYTES:
        raise WarehouseError(
            f"{file}: {len(key)} bytes where {_KEY_BYTES} are wanted, so it is no key; put the true one back, or remove the "
            "file and run `retro mine --full`: people then get other hashes"
        )
    return key


def keyed_hash(key: bytes, name: str) -> str:
    """32 hexadecimal digits that stand for `name` (a user, a key of the gateway, a home directory)."""
    return hmac.new(key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_SHOWN_DIGITS]


def _make_key(file: Path) -> None:
    """Puts a whole key in place by a link, which leaves one that is there as it is."""
    if file.exists():
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.with_name(".gitignore").write_text("# Made by Retro: a key in git is a key no more.\n*\n")
    copy = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(_KEY_BYTES))
        os.link(copy, file)
    except FileExistsError:
        pass
    finally:
        copy.unlink(missing_ok=True)


def line_hash(key: bytes, line: str) -> int:
    """A signed number of 64 bits that stands for a line of text; blanks at both ends count for nothing."""
    state = _line_state(key).copy()
    state.update(line.strip().encode("utf-8", "surrogatepass"))
    return int.from_bytes(state.digest(), "big", signed=True)


@cache
def _line_state(key: bytes) -> "hashlib.blake2b":
    """What all hashes of lines begin with: a copy is quicker than to begin anew."""
    return hashlib.blake2b(digest_size=8, key=key)
