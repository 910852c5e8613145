create table agent_commits (
    source text not null,
    session_id text not null,
    event_id text not null,
    position bigint not null,
    called_at timestamptz not null,
    ended_at timestamptz,
    commit_sha text,
    branch text,
    subject_hash bigint
);
comment on table agent_commits is 'One row per commit that a coding agent made by calling `git commit`. Key: source, session_id, event_id, position.';
comment on column agent_commits.source is 'agent_sessions.source.';
comment on column agent_commits.session_id is 'agent_sessions.session_id.';
comment on column agent_commits.event_id is 'The tool call: agent_events.event_id, else the line of the transcript.';
comment on column agent_commits.position is 'Which commit of the call, from 1.';
comment on column agent_commits.called_at is 'When the command was sent; UTC.';
comment on column agent_commits.ended_at is 'When its result came; NULL when none came. UTC.';
comment on column agent_commits.commit_sha is 'As git printed it, often abbreviated; a later rebase gives the commit another; NULL when git printed none.';
comment on column agent_commits.branch is 'As git printed it; NULL when it printed none.';
comment on column agent_commits.subject_hash is 'Keyed hash of the subject as git printed it, else of the first line of the message in the command; NULL when neither is told.';
