"""Records of the log: what git is asked to write of each commit, and how that is taken apart again.

Between the fields stands NUL, which commit text cannot hold. A mark of 32 random digits, made anew for every call, says
where a commit (S) and its files (F) begin and what is a trailer (t) and its value (k); no history can hold it:

    <mark>S sha NUL parents NUL author, e-mail, time NUL ... NUL message NUL key<mark>kvalue<mark>tkey<mark>kvalue NUL <mark>F
    NUL :100644 100644 13bbfcd 57fa44b M NUL path NUL 1 TAB 1 TAB path NUL
"""

import secrets

from retro.errors import GitError

_FIELDS = ("%H", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B")
END_OF_TIME = 253_402_300_800  # the year 10000


def new_mark() -> str:
    """A mark for one call of git."""
    return secrets.token_hex(16)


def log_format(mark: str) -> str:
    """Value of git's option `--format`."""
    trailers = f"%(trailers:only=true,unfold=true,key_value_separator={mark}k,separator={mark}t)"
    return f"{mark}S{'%x00'.join((*_FIELDS, trailers))}%x00{mark}F"


def take_whole_records(tail: bytearray, piece: bytes, mark: str) -> bytes:
    """Takes the records that are complete from `tail` + `piece` and leaves the last, still open one in `tail`."""
    start = f"{mark}S".encode()
    searched = max(0, len(tail) - len(start))
    tail += piece
    end = tail.rfind(start, searched)
    if end <= 0:
        return b""
    whole = bytes(tail[:end])
    del tail[:end]
    return whole


def read_time(text: str) -> int | None:
    """Seconds since 1970 from git's `%at`, None when there are none or the year has more than four digits."""
    if not text or not text.isdigit() or len(text) > 12:
        return None
    seconds = int(text)
    return seconds if seconds < END_OF_TIME else None


def broken_off(what: str) -> GitError:
    """The error for output of git that ends in the middle, although git says that all went well."""
    return GitError(
        f"git {what} broke off in the middle of an answer; run it again, and `git --version` to see which it is"
    )
