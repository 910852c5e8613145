"""Damages to the objects of a repository, as tests do them."""

from pathlib import Path

from repositories import Repository, git


def at(repository: Repository, what: str) -> str:
    """Id of what a revision names."""
    return git(repository.path, "rev-parse", what).decode().strip()


def loose(repository: Repository, oid: str) -> Path:
    """The file of a loose object, which may be written now."""
    path = repository.git_dir / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return path


def flip(repository: Repository, oid: str) -> Path:
    """The file of a loose object, in which some bits are wrong now."""
    path = loose(repository, oid)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    return path


def flip_in_pack(repository: Repository, oid: str) -> Path:
    """The pack, in which some bits of that object are wrong now."""
    path = packed(repository)
    offsets = git(repository.path, "show-index", stdin=path.with_suffix(".idx").read_bytes()).decode().splitlines()
    start = next(int(words[0]) for words in map(str.split, offsets) if words[1] == oid)
    content = bytearray(path.read_bytes())
    content[start + 8] ^= 0xFF
    path.write_bytes(content)
    return path


def packed(repository: Repository) -> Path:
    """The only pack of the repository, with all of its objects."""
    git(repository.path, "-c", "pack.depth=0", "-c", "pack.window=0", "repack", "-adqf")
    (path,) = (repository.git_dir / "objects" / "pack").glob("*.pack")
    path.chmod(0o644)
    return path
