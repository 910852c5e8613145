create table agent_events (
    source text not null,
    session_id text not null,
    sequence bigint not null,
    event_id text,
    started_at timestamptz not null,
    ended_at timestamptz,
    kind text not null,
    actor text not null,
    tool text,
    command_kind text,
    target_path text,
    outcome text not null,
    exit_code bigint,
    is_masked boolean,
    passed_test_count bigint,
    failed_test_count bigint,
    skipped_test_count bigint,
    added_lines bigint,
    deleted_lines bigint,
    commit_sha text,
    pr_number bigint,
    branch text,
    is_subagent boolean not null,
    check (actor in ('human', 'agent', 'tool', 'harness', 'unknown')),
    check (outcome in ('ok', 'failed', 'rejected', 'denied', 'cancelled', 'green_empty', 'unknown'))
);
comment on table agent_events is 'One row per thing that happened in a session: a prompt, a tool call, an interrupt ...; without its text. Key: source, session_id, sequence.';
comment on column agent_events.source is 'agent_sessions.source.';
comment on column agent_events.session_id is 'agent_sessions.session_id.';
comment on column agent_events.sequence is 'Order within the session, from 1: by time, then by place in the file.';
comment on column agent_events.event_id is 'The agent''s own id of the line or call; NULL when it has none.';
comment on column agent_events.started_at is 'UTC.';
comment on column agent_events.ended_at is 'When the result came; NULL when none came. UTC.';
comment on column agent_events.kind is 'prompt, prompt_midturn, prompt_queued, prompt_plan, slash_command, shell_by_user, interrupt, compaction, hook, harness, subagent_prompt, tool_call, pull_request_link.';
comment on column agent_events.actor is 'Who: human, agent, tool, harness, unknown.';
comment on column agent_events.tool is 'Tool of a tool call, as the agent names it; NULL otherwise.';
comment on column agent_events.command_kind is 'Of a shell command: test, lint, build, commit, push, pull_request, other; NULL otherwise.';
comment on column agent_events.target_path is 'File of an edit or a write, relative to the working directory where it lies inside; NULL otherwise.';
comment on column agent_events.outcome is 'ok, failed, rejected (by a human), denied (by a rule), cancelled, green_empty (a test run that ran no test), unknown.';
comment on column agent_events.exit_code is 'Exit status of a shell command; NULL when not told.';
comment on column agent_events.is_masked is 'True when a pipe or a following command hides the exit status; NULL for anything but a shell command.';
comment on column agent_events.passed_test_count is 'From the summary of a test run; NULL when it gives no counts.';
comment on column agent_events.failed_test_count is 'From the summary of a test run; NULL when it gives no counts.';
comment on column agent_events.skipped_test_count is 'From the summary of a test run; NULL when it gives no counts.';
comment on column agent_events.added_lines is 'Lines that an edit added; NULL otherwise.';
comment on column agent_events.deleted_lines is 'Lines that an edit removed; NULL otherwise.';
comment on column agent_events.commit_sha is 'Commit that the output of `git commit` names, as written, often abbreviated; NULL otherwise.';
comment on column agent_events.pr_number is 'Pull request that the line names; NULL otherwise.';
comment on column agent_events.branch is 'Branch that was checked out; NULL when not told.';
comment on column agent_events.is_subagent is 'True when it happened inside an agent that another agent started.';
