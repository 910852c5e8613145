"""What can go wrong, as one tree.

RetroError                    exit 1: the work failed
├── UsageError                exit 2: the call's words are off (unknown sprint, a file already there)
├── SettingsError             retro.toml: file, line, value and the allowed ones
├── RepositoryError           a repository that could not be read in this run
│   ├── GitError              it, or an object of it, cannot be read
│   └── GitEndedError         git was ended from outside: nothing is wrong with the repository
├── ForgeError                a forge that cannot be asked: no token, no rights, no answer
├── WarehouseError            data/retro.duckdb: missing, locked, not writable, not of this version
├── QueryError                a named or ad-hoc query: file and line
└── NotebookError             a cell that failed or ran out of time, named

Each message is made for the person who typed the command: what failed with the value quoted, why, and what to do. The
command line prints it on stderr without a traceback; `--debug` shows one.
"""


class RetroError(Exception):
    """The root: everything that Retro raises on purpose."""

    exit_code = 1


class UsageError(RetroError):
    """The call cannot mean anything here: an unknown name, a target that is already there."""

    exit_code = 2


class SettingsError(RetroError):
    """retro.toml is missing or says something that it cannot mean."""


class RepositoryError(RetroError):
    """A repository could not be read in this run; what an earlier one read of it stays."""


class GitError(RepositoryError):
    """A repository, or one object of it, cannot be read."""


class GitEndedError(RepositoryError):
    """git was ended from outside (a signal, a lack of memory, Ctrl-C), which says nothing about what it read."""


class ForgeError(RetroError):
    """A forge gave no answer that can be used, or may not be asked."""


class WarehouseError(RetroError):
    """The warehouse file cannot be opened, written or trusted."""


class QueryError(RetroError):
    """A query is unknown, wrongly called, or not valid SQL."""


class NotebookError(RetroError):
    """A notebook's cell failed; the message names the cell."""
