"""`[[forge]]` in retro.toml: what it takes, what it drops, what doctor says of it."""

from pathlib import Path

import pytest

from retro.config import ForgeSettings, load_settings
from retro.errors import SettingsError
from retro.project.forges import ForgeFinding, forge_findings

PROJECT = '[project]\nname = "Gateway"\n[[repos]]\npath = "."\nname = "platform"\n'


def load(root: Path, *sections: str) -> tuple[ForgeSettings, ...]:
    (root / "retro.toml").write_text(PROJECT + "".join(f"[[forge]]\n{section}\n" for section in sections), "utf-8")
    return load_settings(root).forge


def mistake(root: Path, *sections: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(root, *sections)
    return str(caught.value).partition("retro.toml:")[2]


def test_a_user_and_a_token_in_an_address_are_dropped(tmp_path: Path) -> None:
    live = 'kind = "gitlab"\nrepo = "https://oauth2:glpat-secret@gitlab.com/group/sub/app.git"'
    own = (
        'kind = "github"\nrepo = "acme/app"\nbase_url = "https://bob:secret@git.example.com:8443/api/v3/?token=secret"'
    )
    first, second = load(tmp_path, live, own)
    assert (first.repo, second.base_url) == ("group/sub/app", "https://git.example.com:8443/api/v3")
    assert "secret" not in repr((first, second))


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (
            'kind = "gitea"\nrepo = "a/b"',
            '7: forge[0].kind = "gitea": unknown kind; did you mean gitlab? (known: github, gitlab)',
        ),
        ('kind = "x"\nrepo = "a/b"', '7: forge[0].kind = "x": unknown kind (known: github, gitlab)'),
        (
            'kind = "github"\nrepo = "app"',
            '8: forge[0].repo = "app": wanted the repository\'s name on the forge, such as owner/name',
        ),
        (
            'kind = "github"\nrepo = "https://bob:secret@git.example.com/a/b"',
            '8: forge[0].repo = "https://git.example.com/a/b": write owner/name here, and the server\'s address as base_url',
        ),
        (
            'kind = "github"\nrepo = "a/b"\nbase_url = "http://bob:secret@git.example.com/api/v3"',
            '9: forge[0].base_url = "http://git.example.com/api/v3": '
            "wanted an address with https, such as https://git.example.com/api/v4",
        ),
        (
            'kind = "github"\nrepo = "a/b"\nclone = "platfrom"',
            '9: forge[0].clone = "platfrom": no repository has this name; did you mean platform? (known: platform)',
        ),
        (
            'kind = "github"\npath = "x"\nbase_url = "https://git.example.com/api/v3"',
            '9: forge[0].base_url = "https://git.example.com/api/v3": dumps are read without the network; take it or path out',
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_without_its_secret(section: str, told: str, tmp_path: Path) -> None:
    assert mistake(tmp_path, section) == told


def test_a_section_needs_a_source_and_a_name_of_its_own(tmp_path: Path) -> None:
    assert 'forge[0].repo: missing; write repo = "owner/name" to ask the forge, or path to read dumps' in mistake(
        tmp_path, 'kind = "github"'
    )
    twice = ('kind = "github"\nrepo = "a/b"\nname = "x"', 'kind = "github"\nrepo = "a/c"\nname = "x"')
    assert "another forge has this name; give each its own (line 9)" in mistake(tmp_path, *twice)


def test_doctor_tells_of_dumps_and_tokens_and_asks_nobody(tmp_path: Path) -> None:
    (tmp_path / "prs.json").write_text("[]")
    load(
        tmp_path,
        'kind = "github"\npath = "prs.json"',
        'kind = "github"\npath = "nowhere"',
        'kind = "gitlab"\nrepo = "acme/app"',
        'kind = "github"\nrepo = "acme/app"',
    )
    found = list(forge_findings(load_settings(tmp_path), {"GITHUB_TOKEN": "x"}))
    mend = "correct the path, or put dumps there (docs/forge.md says how)"
    assert found == [
        ForgeFinding(True, "forge github prs.json", '1 file at "prs.json"'),
        ForgeFinding(False, "forge github nowhere", 'no files at "nowhere"', mend),
        ForgeFinding(
            False,
            "forge gitlab acme/app",
            '"acme/app", no files of kept pages; gitlab.com: no token to ask it with; set GITLAB_TOKEN in the environment',
            "set a token that may read the repository",
        ),
        ForgeFinding(True, "forge github acme/app", '"acme/app", no files of kept pages; a token is there'),
    ]
