"""Marks of agents and bots in identities and messages are found; people, and talk about tools, are not."""

import re
import tomllib
from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro.analyses.commit_marks import LINES, Mark, judge_line
from retro.coding_agents import MARKS, identify, named, tool_name

AGENTS = [
    ("Claude", "noreply@anthropic.com", "claude-code"),
    ("Claude Opus 4.5 (1M context)", "noreply@anthropic.com", "claude-code"),
    ("claude[bot]", "209825114+claude[bot]@users.noreply.github.com", "claude-code"),
    ("claude[bot]", "41898282+claude[bot]@users.noreply.github.com", "claude-code"),
    ("Codex", "codex@openai.com", "codex"),
    ("OpenAI GPT-5", "noreply@openai.com", "codex"),
    ("chatgpt-codex-connector[bot]", "199175422+chatgpt-codex-connector[bot]@users.noreply.github.com", "codex"),
    ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com", "copilot"),
    ("Copilot", "223556219+Copilot@users.noreply.github.com", "copilot"),
    ("Copilot Autofix powered by AI", "62310815+github-advanced-security[bot]@users.noreply.github.com", "copilot"),
    ("Cursor Agent", "cursoragent@cursor.com", "cursor"),
    ("Ada Lovelace (aider)", "ada@example.org", "aider"),
    ("aider (gpt-5)", "noreply@aider.chat", "aider"),
    ("Ada (claude)", "ada@example.org", "claude-code"),
    ("Devin AI", "158243242+devin-ai-integration[bot]@users.noreply.github.com", "devin"),
    ("google-labs-jules[bot]", "161369871+google-labs-jules[bot]@users.noreply.github.com", "jules"),
    ("gemini-code-assist[bot]", "176961590+gemini-code-assist[bot]@users.noreply.github.com", "gemini-code-assist"),
    ("Gemini CLI", "gemini-cli@google.com", "gemini-cli"),
    ("openhands", "openhands@all-hands.dev", "openhands"),
    ("Amp", "amp@ampcode.com", "amp"),
    ("Kiro AI", "kiro@example.com", "kiro"),
    ("Windsurf Cascade", "cascade@windsurf.ai", "windsurf"),
    ("Qwen-Coder", "qwen-coder@alibabacloud.com", "qwen-code"),
    ("factory-droid[bot]", "138933559+factory-droid[bot]@users.noreply.github.com", "droid"),
    ("Crush", "crush@charm.land", "crush"),
    ("GPT-5", "", None),
    ("AtomCode (deepseek-v4)", "noreply@example.org", None),
    ("Perf Agent", "agent@example.org", None),
]
BOTS = [
    ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
    ("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com"),
    ("pre-commit-ci[bot]", "66853113+pre-commit-ci[bot]@users.noreply.github.com"),
    ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"),
    ("GitHub Action", "action@github.com"),
    ("github-actions", "ada@example.org"),
    ("anything[bot]", "1+anything[bot]@users.noreply.github.com"),
    ("Renovate", "project_12_bot_ab12@noreply.gitlab.example.org"),
    ("pytest bot", "pytestbot@gmail.com"),
    ("ReleaseBot", "release@example.org"),
    ("Ada (bot)", "ada@example.org"),
    ("GHA CI", "gha@ci.invalid"),
]
PEOPLE = [
    ("Ada Lovelace", "ada@example.org"),
    ("Claude Monet", "monet@example.fr"),
    ("Claude", "claude.dupont@example.fr"),
    ("Devin Walters", "devinw@gmail.com"),
    ("Devin", "devin@example.org"),
    ("Jules Verne", "jules@example.fr"),
    ("Cody", "cody@example.org"),
    ("Roy Williams", "roy@anthropic.com"),
    ("Charlie", "charlie@openai.com"),
    ("Chris Talbot", "talbot@example.org"),
    ("Sylvain Rabot", "sylvain@abstraction.fr"),
    ("GitHub", "noreply@github.com"),
    ("Toby", "noreply@example.org"),
    ("Travis Ens", "travis@example.org"),
    ("Aiden", "aiden@weco.ai"),
    ("Paul", "aider@paulg.org"),
    ("Bolt", "7+bolt@users.noreply.github.com"),
    ("", ""),
]


@pytest.mark.parametrize(("name", "email", "agent"), AGENTS)
def test_agent_is_known_by_account_address_or_name(name: str, email: str, agent: str | None) -> None:
    who = identify(name, email)
    assert who and (who.kind, who.agent) == ("agent", agent)


@pytest.mark.parametrize(("name", "email"), BOTS)
def test_bot_is_a_bot_and_no_agent(name: str, email: str) -> None:
    who = identify(name, email)
    assert who and (who.kind, who.agent) == ("bot", None)


@pytest.mark.parametrize(("name", "email"), PEOPLE)
def test_person_is_not_marked(name: str, email: str) -> None:
    assert identify(name, email) is None
    assert identify(name or None, email or None) is None


SIGNED = [
    ("Co-Authored-By: Claude <noreply@anthropic.com>", "claude-code", "trailer", "co-authored-by"),
    ("co-authored-by:Codex <noreply@openai.com>\r", "codex", "trailer", "co-authored-by"),
    ("Co-authored-by: OpenHands-GPT-5 openhands@all-hands.dev", "openhands", "trailer", "co-authored-by"),
    ("Co-authored-by: Gemini", "gemini-cli", "trailer", "co-authored-by"),
    ("Co-authored-by: Gemini 2.5 Flash (pilot)", "gemini-cli", "trailer", "co-authored-by"),
    ("Co-developed-by: Gemini AI <ada+gemini@example.org>", "gemini-cli", "trailer", "co-developed-by"),
    ("Assisted-by: Claude:claude-3-opus coccinelle sparse", "claude-code", "trailer", "assisted-by"),
    ("Assisted-by: ClaudeCode:claude-5", "claude-code", "trailer", "assisted-by"),
    ("Assisted-by: OpenAI GPT-5", "codex", "trailer", "assisted-by"),
    ("Assisted-by: Tack:some-model-2", None, "trailer", "assisted-by"),
    ("Generated-by: GPT-5.6", None, "trailer", "generated-by"),
    ("Generated-By: pi 0.52.12", "pi", "trailer", "generated-by"),
    ("Made-with: Cursor", "cursor", "trailer", "made-with"),
    ("AI-Generated-By: Opencode (claude-opus-4.5)", "opencode", "trailer", "ai-generated-by"),
    ("AI-Assisted: yes", None, "trailer", "ai-assisted"),
    ("ai-authored-by: kiro", "kiro", "trailer", "ai-authored-by"),
    ("AI-Tool: ChatGPT", "chatgpt", "trailer", "ai-tool"),
    ("Claude-Session: https://claude.ai/code/session_01A", "claude-code", "trailer", "claude-session"),
    ("Copilot-Session: 7c146921-f3dd", "copilot", "trailer", "copilot-session"),
    ("Agent-Logs-Url: https://github.com/a/b/sessions/1", "copilot", "trailer", "agent-logs-url"),
    ("Amp-Thread-ID: https://ampcode.com/threads/T-1", "amp", "trailer", "amp-thread-id"),
    ("Entire-Checkpoint: 00c9e2351016", None, "trailer", "entire-checkpoint"),
    ("Entire-Agent: Claude Code", "claude-code", "trailer", "entire-agent"),
    ("Entire-Attribution: 73% agent (146/200 lines)", None, "trailer", "entire-attribution"),
    ("Replit-Commit-Author: Agent", "replit", "trailer", "replit-commit-author"),
    ("🤖 Generated with [Claude Code](https://claude.com/claude-code)", "claude-code", "text", "sentence:claude-code"),
    ("Generated with Claude Code assistance.", "claude-code", "text", "sentence:claude-code"),
    ("💘 Generated with Crush", "crush", "text", "sentence:crush"),
    ("Made with [Cursor](https://cursor.com)", "cursor", "text", "sentence:cursor"),
    ("  * Co-authored with GitHub Copilot", "copilot", "text", "sentence:copilot"),
    ("Assisted by AI", None, "text", "sentence:ai"),
    ("Generated by GPT-4", None, "text", "sentence:model"),
    ("https://claude.ai/code/session_01NbswuX", "claude-code", "text", "url:claude-code"),
    ("aider: Add a parser", "aider", "text", "prefix:aider"),
]
SILENT = [
    "Co-authored-by: Ada Lovelace <ada@example.org>",
    "Co-authored-by: Claude <claude.dupont@example.fr>",
    "Co-authored-by: Charlie <charlie@openai.com>",
    "Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
    "Co-authored-by:",
    "Assisted-by: Ada Lovelace <ada@example.org>",
    "Assisted-by: coccinelle sparse",
    "Assisted-by: https://example.org/pull/1",
    "Generated-by: protoc-gen-go 1.2",
    "Created-by: Ada",
    "Reviewed-by: Claude <noreply@anthropic.com>",
    "AI-Reviewed-By: Claude",
    "AI-Confidence: 0.9",
    "Login-Session: expired",
    "Agent-Task: restart the monitoring agent",
    "Entire-Attribution: 0% agent (0/12 lines)",
    "Replit-Commit-Author: Deployment",
    "produced by the cursor up key",
    "Created with Cursor-based pages.",
    "created with cursor pagination in mind",
    "Written by Claude",
    "Made with love",
    "Generated by install.sh, and git-ai install-hooks",
    "Generated with Claude Code in one long session while nobody looked",
    "Ask Claude Code to write this",
    "Fix the Codex, Copilot and Cursor presets",
    "https://claude.ai/code",
    "taider: x",
]
DENIED = ["AI-Assisted: no", "AI-Generated: false", "Assisted-by: none", "Co-Authored-By: none", "AI-Tool: N/A"]


def lines_found(message: str) -> list[str]:
    """What LINES takes out of a message, as the analysis asks for it."""
    return pl.DataFrame({"text": [message]}).select(pl.col("text").str.extract_all(LINES)).item().to_list()


def marks_of(message: str) -> list[Mark]:
    return [mark for line in lines_found(message) if (mark := judge_line(line))]


@pytest.mark.parametrize(("line", "agent", "method", "rule"), SIGNED)
def test_line_that_signs_for_an_agent_is_a_mark(line: str, agent: str | None, method: str, rule: str) -> None:
    message = line if line.startswith("aider:") else f"Fix the parser\n\nIt failed.\n\n{line}\n"
    assert marks_of(message) == [Mark("agent", agent, method, rule)]


@pytest.mark.parametrize("line", SILENT)
def test_line_that_only_looks_like_a_signature_is_none(line: str) -> None:
    assert marks_of(f"Fix the parser\n\n{line}\n") == []


@pytest.mark.parametrize("line", DENIED)
def test_trailer_that_says_no_denies(line: str) -> None:
    assert [(mark.kind, mark.method) for mark in marks_of(f"Fix\n\n{line}\n")] == [("human", "denial")]


def test_python_and_polars_read_the_pattern_alike() -> None:
    message = "\n".join([*(line for line, *_ in SIGNED[:-1]), *SILENT])
    assert lines_found(message) == [found[0] for found in re.finditer(LINES, message)]


@given(st.text())
def test_no_line_stops_the_judge(line: str) -> None:
    judge_line(line)
    judge_line(f"Co-authored-by: {line}")
    judge_line(f"Generated with {line}")
    identify(line, line)
    named(line)
    tool_name(line)


WORDS = re.findall(r"\S+", "fix add the parser tests by with using page code review and review(s) : <a@b.org> - 42")


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_ordinary_words_mark_nobody(message: str) -> None:
    assert marks_of(message) == []


def test_each_mark_has_one_owner_and_is_written_as_it_is_compared() -> None:
    agents = tomllib.loads(MARKS.read_text("utf-8"))["agents"]
    names = [agent["name"] for agent in agents]
    assert len(set(names)) == len(names)
    for kind in ("words", "logins"):
        owned = Counter(mark for agent in agents for mark in set(agent.get(kind, [])))
        assert [mark for mark, count in owned.items() if count > 1 or mark != mark.lower()] == []
    assert [name for name in names if tool_name(name) != name] == []


@pytest.mark.parametrize(
    ("tool", "agent"),
    [
        ("claude", "claude-code"),
        ("Claude Code", "claude-code"),
        ("github-copilot", "copilot"),
        ("Gemini CLI", "gemini-cli"),
        ("OpenCode", "opencode"),
        ("Agent", None),
        ("", None),
    ],
)
def test_name_that_a_tool_gives_itself_becomes_the_agents(tool: str, agent: str | None) -> None:
    assert tool_name(tool) == agent
