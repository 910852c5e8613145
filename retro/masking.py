"""Secrets in text, masked before anything is stored.

A secret becomes `[kind:1a2b3c4d]`: its kind and the first 8 hexadecimal digits of its SHA-256, so that two uses of one
secret can be told to be the same without knowing it. The rules go by the published prefixes of each issuer; a word such
as "token" alone is never enough, since commit messages speak about tokens all the time. Whoever writes a message writes
what these patterns run on, so each is bounded: 65,536 hostile characters cost well under a second.
"""

import hashlib
import re
from urllib.parse import urlsplit, urlunsplit

_KINDS = {
    "private-key": r"-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY-----"
    r"(?:[\s\S]{0,20000}?-----END [A-Z0-9 ]{0,32}PRIVATE KEY-----|[\s\S]{0,20000})",
    "github": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{60,255})\b",
    "gitlab": r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt|oas)-[\w-]{20,255}",
    "anthropic": r"\bsk-ant-[\w-]{16,255}",
    "openrouter": r"\bsk-or-(?:v\d-)?[A-Za-z0-9]{32,255}\b",
    "openai": r"\bsk-(?:(?:proj|svcacct|admin)-[\w-]{20,255}"
    r"|(?=[\w-]{0,255}\d)(?:\w{1,16}-){0,3}[A-Za-z0-9]{20,255}\b)",
    "langfuse": r"\b[sp]k-lf-[0-9a-f]{8}-[0-9a-f-]{27}\b",
    "aws": r"\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16}\b",
    "google": r"\bAIza[\w-]{35}(?![\w-])",
    "google-oauth": r"\b(?:GOCSPX-[\w-]{28}|ya29\.[\w-]{20,1024})",
    "slack": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,255}|\bxapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+",
    "slack-webhook": r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{30,80}",
    "discord-webhook": r"discord(?:app)?\.com/api/webhooks/\d+/[\w-]{40,}",
    "stripe": r"\b[srp]k_(?:live|test|prod)_[A-Za-z0-9]{10,99}\b|\bwhsec_[A-Za-z0-9]{24,}",
    "twilio": r"\bSK[0-9a-f]{32}\b",
    "sendgrid": r"\bSG\.[\w-]{16,32}\.[\w-]{32,64}",
    "mailgun": r"\bkey-[0-9a-f]{32}\b",
    "npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "pypi": r"\bpypi-AgE[\w-]{50,}",
    "docker": r"\bdckr_(?:pat|oat)_[\w-]{20,}",
    "hugging-face": r"\bhf_[A-Za-z]{30,}\b",
    "digitalocean": r"\bdo[opr]_v1_[0-9a-f]{64}\b",
    "shopify": r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b",
    "databricks": r"\bdapi[0-9a-f]{32}(?:-\d)?\b",
    "hashicorp": r"\bhv[sbr]\.[\w-]{24,}",
    "linear": r"\blin_api_[A-Za-z0-9]{40}\b",
    "sentry": r"\bsntry[su]_[\w+/=-]{40,}",
    "json-web-token": r"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "bearer": r"(?i:(?<=\bbearer )|(?<=authorization: basic ))(?=[\w.~+/-]*\d)[\w.~+/-]{20,1024}=*",
}
_RULE = re.compile("|".join(f"(?P<{kind.replace('-', '_')}>{pattern})" for kind, pattern in _KINDS.items()))
# Apart from the others, since addresses are common in messages and this look is quick.
_ADDRESS = re.compile(r"(?<=://)(?P<url_credentials>[^\s/@:'\"<>]{0,256}:[^\s/@'\"<>]{1,256})(?=@[\w.\[-])")
# One cheap look decides for most texts: each rule needs one of these literals, so a text without any is clean. Each alternative
# begins with a plain letter: Python then passes over all others twice as fast.
_HINT = re.compile(
    r"PRIVATE KEY|gh[pousr]_|github_pat_|gl[a-z]{2,5}-|sk-|pk-lf|A[KSBC]IA|ACCA|A3T|AIza|GOCSPX|ya29\.|xox|xapp-|hooks\.slack|"
    r"webhooks/|sk_|rk_|pk_|whsec_|SK[0-9a-f]|SG\.|key-|npm_|pypi-|dckr_|hf_|do[opr]_v1|shp[acps]|dapi|hv[sbr]\.|lin_api|sntry|eyJ|"
    r"b(?i:earer |asic )|B(?i:earer |asic )"
)
# A text that this finds nothing in holds no secret: for a quick look at many texts, in any dialect of patterns.
SUSPICION = _HINT.pattern + r"|://[^/@\n]*@"
_USER = re.compile(r"^[^/]*@")


def mask(text: str) -> tuple[str, int]:
    """`text` with each secret replaced by its kind and digest, and how many there were."""
    count = 0
    if "://" in text:
        text, count = _ADDRESS.subn(_label, text)
    if not _HINT.search(text):
        return text, count
    text, others = _RULE.subn(_label, text)
    return text, count + others


def clean_url(url: str) -> str:
    """`url` without user, password, query and fragment; an scp-like address (`git@host:path`) keeps host and path.

    A local path stays as it is.
    """
    if "://" not in url:
        return mask(_USER.sub("", url))[0]
    try:
        parts = urlsplit(url)
    except ValueError:  # a stranger's configuration can hold anything
        return "[unreadable address]"
    return mask(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", "")))[0]


def _label(match: re.Match[str]) -> str:
    digest = hashlib.sha256(match[0].encode("utf-8", "replace")).hexdigest()[:8]
    return f"[{(match.lastgroup or 'secret').replace('_', '-')}:{digest}]"
