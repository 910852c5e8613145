create table agent_edits (
    source text not null,
    session_id text not null,
    event_id text not null,
    edited_at timestamptz not null,
    path text not null,
    line_hashes bigint[] not null
);
comment on table agent_edits is 'One row per edit of a file by a coding agent: keyed hashes of the lines that it added, never the lines. Key: source, session_id, event_id, path.';
comment on column agent_edits.source is 'agent_sessions.source.';
comment on column agent_edits.session_id is 'agent_sessions.session_id.';
comment on column agent_edits.event_id is 'The tool call: agent_events.event_id, else the line of the transcript.';
comment on column agent_edits.edited_at is 'When the tool said that it was done; UTC.';
comment on column agent_edits.path is 'agent_events.target_path.';
comment on column agent_edits.line_hashes is 'One number per added line of at least 12 characters without the blanks around it, in order, repeats kept; the key lies outside the warehouse.';
