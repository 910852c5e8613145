"""What a glob in retro.toml may be."""

import re
import warnings


def check_glob(glob: str) -> str:
    """A gitignore-style glob that can match something. Raises ValueError."""
    # Imported here: 0.1 s that settings without a glob do not pay.
    from pathspec import GitIgnoreSpec

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            patterns = GitIgnoreSpec.from_lines([glob]).patterns
    except (ValueError, re.error, FutureWarning) as error:
        raise ValueError("not a gitignore-style glob; write one such as docs/** or *.md") from error
    if not any(pattern.include is not None for pattern in patterns):
        raise ValueError("this glob matches nothing; write one such as docs/** or *.md")
    return glob


def check_area_glob(glob: str) -> str:
    """A glob of an area, which takes paths and leaves none out. Raises ValueError."""
    if glob.startswith("!"):
        raise ValueError(
            "each glob of an area stands alone, so one that excludes has no effect; put an area before this one"
        )
    return glob
