"""The words of an `[[agents]]` section."""

AGENT_KINDS = ("claude-code", "codex", "gemini-cli")
