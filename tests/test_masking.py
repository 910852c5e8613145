"""Secrets are masked before anything is stored. Every token here is invented and put together at run time."""

import hashlib
import random
import re
import string
import time

import polars as pl
import pytest

from retro.masking import SUSPICION, clean_url, mask

LETTERS = string.ascii_letters
WORDS = LETTERS + string.digits
HEX = "0123456789abcdef"
BASE32 = string.ascii_uppercase + "234567"


def made(length: int, alphabet: str = WORDS) -> str:
    """Invented characters, the same in every run; the first two are a letter and, where there are any, a digit."""
    chosen = random.Random(f"{length}{alphabet}")
    letters = [letter for letter in alphabet if letter.isalpha()]
    digits = [digit for digit in alphabet if digit.isdigit()] or letters
    return chosen.choice(letters) + chosen.choice(digits) + "".join(chosen.choices(alphabet, k=length - 2))


def key_block(kind: str, end: bool = True) -> str:
    dashes = "-" * 5
    lines = [f"{dashes}BEGIN {kind}PRIVATE KEY{dashes}", made(64), made(60)]
    return "\n".join([*lines, f"{dashes}END {kind}PRIVATE KEY{dashes}"] if end else lines)


TOKENS = [
    ("private-key", key_block("")),
    ("private-key", key_block("OPENSSH ")),
    ("private-key", key_block("RSA ", end=False)),
    *(("github", f"gh{letter}_{made(36)}") for letter in "pousr"),
    ("github", f"github_pat_{made(22)}_{made(59)}"),
    *(("gitlab", f"gl{kind}-{made(20)}") for kind in ("pat", "ptt", "dt", "rt", "cbt", "ft", "soat", "agent")),
    ("anthropic", f"sk-ant-api03-{made(40)}-{made(30)}AA"),
    ("openrouter", f"sk-or-v1-{made(64, HEX)}"),
    ("openai", f"sk-{made(20)}T3Blbk{made(20)}"),
    ("openai", f"sk-{made(22)}"),
    ("openai", f"sk-proj-{made(18)}-{made(19)}_{made(12)}-{made(9)}"),
    ("openai", f"sk-svcacct-{made(60)}"),
    ("openai", f"sk-team-a-{made(24)}"),
    ("langfuse", f"sk-lf-{made(8, HEX)}-{made(4, HEX)}-{made(4, HEX)}-{made(4, HEX)}-{made(12, HEX)}"),
    ("langfuse", f"pk-lf-{made(8, HEX)}-{made(4, HEX)}-{made(4, HEX)}-{made(4, HEX)}-{made(12, HEX)}"),
    ("aws", f"AKIA{made(16, BASE32)}"),
    ("aws", f"ASIA{made(16, BASE32)}"),
    ("google", f"AIza{made(35)}"),
    ("google-oauth", f"GOCSPX-{made(28)}"),
    ("google-oauth", f"ya29.{made(60)}"),
    ("slack", f"xoxb-{made(12, string.digits + 'a')}-{made(24)}"),
    ("slack", f"xapp-1-A{made(10, string.ascii_uppercase)}-12345-{made(40, HEX)}"),
    ("slack-webhook", f"hooks.slack.com/services/T{made(10)}/B{made(10)}/{made(24)}"),
    ("discord-webhook", f"discord.com/api/webhooks/123456789012/{made(68)}"),
    ("stripe", f"sk_live_{made(24)}"),
    ("stripe", f"rk_test_{made(24)}"),
    ("stripe", f"whsec_{made(32)}"),
    ("twilio", f"SK{made(32, HEX)}"),
    ("sendgrid", f"SG.{made(22)}.{made(43)}"),
    ("mailgun", f"key-{made(32, HEX)}"),
    ("npm", f"npm_{made(36)}"),
    ("pypi", f"pypi-AgE{made(70)}"),
    ("docker", f"dckr_pat_{made(27)}"),
    ("hugging-face", f"hf_{made(34, LETTERS)}"),
    ("digitalocean", f"dop_v1_{made(64, HEX)}"),
    ("shopify", f"shpat_{made(32, HEX)}"),
    ("databricks", f"dapi{made(32, HEX)}"),
    ("hashicorp", f"hvs.{made(90)}"),
    ("linear", f"lin_api_{made(40)}"),
    ("sentry", f"sntrys_{made(60)}"),
    ("json-web-token", f"eyJ{made(30)}.eyJ{made(60)}.{made(43)}"),
]


@pytest.mark.parametrize(("kind", "token"), TOKENS, ids=lambda value: value[:6])
def test_token_is_masked_whole_wherever_it_stands(kind: str, token: str) -> None:
    digest = hashlib.sha256(token.encode()).hexdigest()[:8]
    tail = "" if kind == "private-key" and "END" not in token else "\nand on"
    for head, rest in (("", ""), ("Rotate ", tail), ('config: "', '",' if tail else ""), ("KEY=", ";" if tail else "")):
        assert mask(f"{head}{token}{rest}") == (f"{head}[{kind}:{digest}]{rest}", 1)


@pytest.mark.parametrize(("kind", "token"), TOKENS, ids=lambda value: value[:6])
def test_quick_look_at_many_texts_misses_no_token(kind: str, token: str) -> None:
    texts = pl.Series(["plain", f"before {token} after", token, f"https://user:{token}@example.org/x"])
    assert texts.str.contains(SUSPICION).to_list() == [False, True, True, True]


def test_password_in_an_address_is_masked_and_its_host_kept() -> None:
    secret = f"deploy:{made(14)}"
    digest = hashlib.sha256(secret.encode()).hexdigest()[:8]
    assert mask(f"Clone https://{secret}@example.org/a.git, twice: ssh://{secret}@[::1]/b") == (
        f"Clone https://[url-credentials:{digest}]@example.org/a.git, twice: ssh://[url-credentials:{digest}]@[::1]/b",
        2,
    )


@pytest.mark.parametrize("head", ["Authorization: Bearer ", "authorization: basic ", "bearer "])
def test_value_of_an_authorization_header_is_masked(head: str) -> None:
    value = f"{made(32)}=="
    digest = hashlib.sha256(value.encode()).hexdigest()[:8]
    assert mask(f"curl -H '{head}{value}' and on") == (f"curl -H '{head}[bearer:{digest}]' and on", 1)


def test_one_secret_gets_one_label_and_two_secrets_two() -> None:
    one, other = f"ghp_{made(36)}", f"ghp_{made(37)}"
    masked, count = mask(f"{one} {other} {one}")
    labels = masked.split()
    assert count == 3
    assert labels[0] == labels[2] != labels[1]


def test_masking_twice_changes_nothing_more() -> None:
    once, _ = mask(" ".join(token for _, token in TOKENS if "END" in token or "BEGIN" not in token))
    assert mask(once) == (once, 0)


def test_text_that_is_no_utf_8_is_masked_too() -> None:
    masked, count = mask(f"\udce9 ghp_{made(36)} \udcff")
    assert count == 1
    assert re.fullmatch(r"\udce9 \[github:[0-9a-f]{8}\] \udcff", masked)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "feat(auth): add bearer tokens",
        "fix: refresh the token before it runs out",
        "Count 99 input + 217 output tokens of stepfun/step-3.5-flash",
        "docs: explain basic authentication in detail for http2 and websockets",
        "Add basic src/components/Http2ClientConnection.tsx",
        "Bump sk-learn-extra from 0.2.0 to 0.3.0",
        "Use risk-based-approach-with-20-rules-everywhere1 in review",
        "Merge pull request #1234 from team/sk-translation-of-everything-2026",
        "npm_config_registry is no longer read",
        "Move key-value-store-benchmarks-2026 to its own folder",
        "chore(deps): pin actions/checkout to 8f4b7f84864484a7bf31766abe9204da3cbe65b3",
        "Revert 8f4b7f84864484a7bf31766abe9204da3cbe65b3d4f0a1c2e3b4a5968778695a4b3c2d1e",
        "Read https://example.org:8443/path?a=1 and mail ada@example.org",
        "Clone git@example.org:team/app.git or ssh://git@example.org/team/app.git",
        "Rename hf_hub_download_with_progress_and_retries_everywhere",
        "Set GITHUB_TOKEN, ghp_ and github_pat_ prefixes are explained",
        "AKIA prefix documented; example: AKIAIOSFODNN7",
        "test: cover eyJ prefixes such as eyJhbGciOiJIUzI1NiJ9 alone",
        "SG.mail is the German sender; SK is the Slovak locale",
        "Allow pk_test and sk_live as names of columns",
        "Say what `-----BEGIN CERTIFICATE-----` starts",
        "perf: 1_000_000 rows in 0.5 s \N{EM DASH} naïve approach was slower",
        "dapi-server: handle shp and dop files",
    ],
)
def test_ordinary_subject_stays_as_it_is(text: str) -> None:
    assert mask(text) == (text, 0)


HOSTILE_PIECES = (
    "sk-1a-",
    "sk-or-",
    "sk-1" + "a-" * 9,
    "eyJaaaaaaaaaa-",
    "eyJaaaaaaaaaa.",
    "-" * 5 + "BEGIN PRIVATE KEY" + "-" * 5,
    "-" * 5 + "BEGIN A ",
    "://a:",
    "ya29.a",
    "bearer aaaaaaaaaaaaaaaaaaaaaaaa ",
    "xapp-1-A-1",
    "hvs.a",
    "glpat-",
    "discord.com/api/webhooks/1/",
)


@pytest.mark.parametrize("piece", HOSTILE_PIECES)
def test_hostile_text_costs_no_more_than_a_moment(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    started = time.process_time()
    mask(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/team/app.git", "https://example.org/team/app.git"),
        ("https://ada:word@example.org:8443/app.git?private=1#main", "https://example.org:8443/app.git"),
        ("https://ada:w@rd@example.org/app", "https://example.org/app"),
        ("https://example.org/app@v2", "https://example.org/app@v2"),
        ("ssh://git@example.org/app.git", "ssh://example.org/app.git"),
        ("git@example.org:team/app.git", "example.org:team/app.git"),
        ("git@example.org:team/app@v2.git", "example.org:team/app@v2.git"),
        ("/srv/ada@home/app.git", "/srv/ada@home/app.git"),
        ("../app", "../app"),
        ("file:///srv/app", "file:///srv/app"),
        ("http://[broken/app", "[unreadable address]"),
        ("", ""),
    ],
)
def test_address_keeps_host_and_path_only(url: str, kept: str) -> None:
    assert clean_url(url) == kept


def test_token_in_the_path_of_an_address_is_masked() -> None:
    assert re.fullmatch(
        r"https://example\.org/\[github:[0-9a-f]{8}\]/app", clean_url(f"https://example.org/ghp_{made(36)}/app")
    )
