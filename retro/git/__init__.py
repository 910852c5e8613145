"""Reads strangers' repositories without trusting them.

Every git command runs in a *room*: a private bare repository that borrows the objects of the source (alternates) and
nothing else. The source's configuration, hooks, attributes and replace refs are therefore never read, its refs are parsed
here as text, and nothing is ever written to it.

- `places`: where the git directory of a path is, and its refs, HEAD and `shallow` file, parsed as text;
- `process`: git with a clean environment, pinned settings, limits, and an exit status that is always looked at;
- `room`: the room itself: open it, resolve refs, list commits, stream the log.
"""

from retro.git.places import Place, find_place
from retro.git.room import Commit, Release, Room, open_room

__all__ = ["Commit", "Place", "Release", "Room", "find_place", "open_room"]
