create table agent_sessions (
    source text not null,
    session_id text not null,
    parent_session_id text,
    agent text not null,
    agent_version text,
    user_hash text,
    repo text,
    branches text[] not null,
    models text[] not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    active_seconds double not null,
    idle_rule_seconds double not null,
    typed_prompt_count bigint not null,
    queued_prompt_count bigint not null,
    plan_prompt_count bigint not null,
    tool_call_count bigint not null,
    failed_tool_call_count bigint not null,
    interrupt_count bigint not null,
    compaction_count bigint not null,
    added_lines bigint,
    deleted_lines bigint,
    is_truncated boolean not null,
    transcript_digest text not null,
    file text not null
);
comment on table agent_sessions is 'One row per session of a coding agent, from its transcript; no text of it. Key: source, session_id.';
comment on column agent_sessions.source is 'Name of the [[agents]] section (default its kind): claude-code, codex, gemini-cli.';
comment on column agent_sessions.session_id is 'As the agent names it.';
comment on column agent_sessions.parent_session_id is 'Session that this one was resumed or forked from; NULL when none is told.';
comment on column agent_sessions.agent is 'The tool: claude-code, codex, gemini-cli.';
comment on column agent_sessions.agent_version is 'Newest version that wrote to the transcript; NULL when not told.';
comment on column agent_sessions.user_hash is 'Keyed hash of the home directory or account; NULL when not told.';
comment on column agent_sessions.repo is 'Repository (repos.repo) of the working directory; NULL outside the configured ones.';
comment on column agent_sessions.branches is 'Branches that were checked out during the session, in order of appearance.';
comment on column agent_sessions.models is 'Models that answered, in order of appearance.';
comment on column agent_sessions.started_at is 'First time in the transcript; UTC.';
comment on column agent_sessions.ended_at is 'Last time in the transcript; UTC.';
comment on column agent_sessions.active_seconds is 'Time between neighbouring events, gaps over idle_rule_seconds cut.';
comment on column agent_sessions.idle_rule_seconds is 'Gap beyond which nobody worked: 600.';
comment on column agent_sessions.typed_prompt_count is 'Prompts that a human typed.';
comment on column agent_sessions.queued_prompt_count is 'Prompts typed while the agent worked that have no line of their own.';
comment on column agent_sessions.plan_prompt_count is 'Prompts that carry a plan written by the agent and approved by a human.';
comment on column agent_sessions.tool_call_count is 'Tool calls, those of subagents included.';
comment on column agent_sessions.failed_tool_call_count is 'Tool calls whose result says error, without those that a human rejected or stopped.';
comment on column agent_sessions.interrupt_count is 'Stops by a human, a rejection and its interrupt counted once.';
comment on column agent_sessions.compaction_count is 'Times that the context was summarised.';
comment on column agent_sessions.added_lines is 'Lines that its edits added, as the transcript tells; NULL when it tells of none.';
comment on column agent_sessions.deleted_lines is 'Lines that its edits removed; NULL when the transcript tells of none.';
comment on column agent_sessions.is_truncated is 'True when the transcript has lines that cannot be read or ends half-way.';
comment on column agent_sessions.transcript_digest is 'SHA-256 of its files.';
comment on column agent_sessions.file is 'Transcript, the first one when it lies in several.';
