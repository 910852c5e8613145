"""The words of a `[[gateway]]` section: kinds of logs, and the names of what a log can tell about a request."""

FIXED_KINDS = ("litellm", "openrouter", "langfuse", "otel")
BUCKET_KINDS = ("openai-usage", "anthropic-usage", "focus")
PRESET_KINDS = ("helicone", "portkey", "cloudflare")
MAPPED_KINDS = ("csv", "jsonl", "parquet")
GATEWAY_KINDS = (*FIXED_KINDS, *BUCKET_KINDS, *PRESET_KINDS, *MAPPED_KINDS)

TOKEN_FIELDS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "total_tokens",
    "output_limit_tokens",
)
MONEY_FIELDS = ("cost", "extra_cost", "upstream_cost")
FLAG_FIELDS = ("is_byok", "is_cached_answer", "is_subagent")
TEXT_FIELDS = (
    "id",
    "response_id",
    "provider_request_id",
    "model",
    "provider",
    "service_tier",
    "currency",
    "status",
    "session_id",
    "repo",
    "branch",
    "user",
    "end_user",
    "team",
)
TIME_FIELDS = ("requested_at", "ended_at")
# What `columns` may map: Retro's name on the left, the log's on the right.
GATEWAY_COLUMNS = (*TIME_FIELDS, *TEXT_FIELDS, *TOKEN_FIELDS, *MONEY_FIELDS, *FLAG_FIELDS, "duration_seconds", "tags")
