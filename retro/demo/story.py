"""The demo's plan as the text files beside this one hold it.

A day begins with `== date`. A block is one of three, times are those of the project's zone (+0100 all the time told):

    71 security/csrf-tokens priya claude squash     pull request 71: branch, author, agent, options
    feat(security): check a CSRF token on every form
      A line of the message's body or a trailer.
    fix(security): compare tokens @csrf-tokens !boundary

    main jonas at=17:30                             commits straight on main
    chore(release): 2.0.0 !release=2.0.0

    tag v2.0.0 jonas at=17:40 branch=release/2.0    an annotated tag, and a branch at the same commit

Each line is a commit of the branch. `@` names the module that it is about (without it, the branch's last part); `!`
names the pieces of snippets.toml that it turns round, or a special change of specials.py. Options of a pull request:
squash, rebase, unmerged, update (merges main into the branch), branch (the branch stays), stale (main changed the same
files meanwhile), open=TIME (begun then, not just before the merge).
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_FIRST_SLOT, _LAST_SLOT = 8 * 60 + 50, 17 * 60
_TRAILER = re.compile(r"[A-Z][A-Za-z-]+: ")


@dataclass(frozen=True)
class Step:
    """One planned commit."""

    subject: str
    body: tuple[str, ...]
    target: str
    marks: tuple[str, ...]

    @property
    def first_word(self) -> str:
        """`fix` of `fix(fleet): ...`, `Cover` of `Cover the ...`."""
        return re.match(r"\w*", self.subject).group()


@dataclass(frozen=True)
class Block:
    """A pull request, a run of direct commits or a tag; `at` is its last moment in seconds of the Unix epoch."""

    words: tuple[str, ...]
    steps: tuple[Step, ...]
    body: tuple[str, ...]
    at: int

    @property
    def number(self) -> int | None:
        """Number of a pull request; None of anything else."""
        return int(self.words[0]) if self.words[0].isdigit() else None

    @property
    def branch(self) -> str:
        """Source branch of a pull request, name of a tag, `main` for direct commits."""
        return self.words[0] if self.words[0] == "main" else self.words[1]

    @property
    def author(self) -> str:
        """Key of the author in people.toml."""
        return self.words[1] if self.words[0] == "main" else self.words[2]

    def option(self, name: str) -> str | None:
        """Value of `name=value`, or None."""
        return next((word.partition("=")[2] for word in self.words if word.startswith(f"{name}=")), None)


@cache
def toml(name: str) -> dict:
    """A TOML file of this folder; not to be changed."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def moment(text: str) -> int:
    """`2026-03-09T08:20` in +0100 as seconds of the Unix epoch."""
    return int(datetime.fromisoformat(f"{text}:00+01:00").timestamp())


def read_story() -> list[Block]:
    """Every block in order of time."""
    text = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ("sprint-1.txt", "sprint-2.txt"))
    days = re.split(r"^== ", text, flags=re.MULTILINE)[1:]
    return [block for day in days for block in _day_blocks(day)]


def _day_blocks(text: str) -> list[Block]:
    day, *blocks = [part for part in text.split("\n\n") if part.strip() and not part.startswith("#")]
    slot = (_LAST_SLOT - _FIRST_SLOT) // len(blocks)
    return [_read_block(block, day.strip(), _FIRST_SLOT + slot * place) for place, block in enumerate(blocks)]


def _read_block(text: str, day: str, minute: int) -> Block:
    head, *lines = text.strip().split("\n")
    words = tuple(head.split())
    at = next((word[3:] for word in words if word.startswith("at=")), f"{minute // 60:02}:{minute % 60:02}")
    if words[0] == "tag":
        return Block(words, (), tuple(line.strip() for line in lines), moment(f"{day}T{at}"))
    parts = re.split(r"\n(?! )", "\n".join(lines))
    return Block(words, tuple(_read_step(part, words[1]) for part in parts), (), moment(f"{day}T{at}"))


def _read_step(text: str, branch: str) -> Step:
    line, *body = text.split("\n")
    targets = re.findall(r" @(\S+)", line)
    marks = tuple(re.findall(r" !(\S+)", line))
    subject = re.sub(r" [@!]\S+", "", line)
    return Step(
        subject, tuple(part.strip() for part in body), targets[0] if targets else branch.rpartition("/")[2], marks
    )


def message(step: Step, title: str, trailers: tuple[str, ...]) -> str:
    """Subject, body and trailers as git has them, each part after an empty line."""
    own = tuple(line for line in step.body if _TRAILER.match(line))
    text = tuple(line for line in step.body if line not in own)
    parts = [title, "\n".join(text), "\n".join(own + trailers)]
    return "\n\n".join(part for part in parts if part) + "\n"
