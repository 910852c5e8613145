create table commit_notes (
    repo text not null,
    notes_ref text not null,
    commit_sha text not null,
    note_sha text not null,
    format text,
    author_kind text,
    agent text,
    model text,
    agent_line_count bigint,
    human_line_count bigint,
    session_count bigint,
    reason text,
    check (author_kind in ('human', 'agent')),
    check (agent_line_count >= 0),
    check (human_line_count >= 0),
    check ((format is null) = (reason is not null))
);
comment on table commit_notes is 'One row per note on a mined commit other than a merge in which a tool recorded who wrote it, readable or not. Key: repo, notes_ref, commit_sha.';
comment on column commit_notes.repo is 'Repository (repos.repo).';
comment on column commit_notes.notes_ref is 'Ref that holds the note, in full.';
comment on column commit_notes.commit_sha is 'Commit (commits.commit_sha).';
comment on column commit_notes.note_sha is 'Object id of the note: another one means that the note was rewritten.';
comment on column commit_notes.format is 'git-ai, agent-trace, whogitit or ai-attribution; NULL when it was not understood.';
comment on column commit_notes.author_kind is 'agent when an agent wrote any of it, human when all that is recorded was typed by people; NULL when it records nothing.';
comment on column commit_notes.agent is 'The agent with the most lines; NULL: none, or not named.';
comment on column commit_notes.model is 'Model with the most lines of that agent, as the note has it; NULL: not named.';
comment on column commit_notes.agent_line_count is 'Lines that agents wrote; NULL when the note does not count lines.';
comment on column commit_notes.human_line_count is 'Lines that people were seen to type; NULL when the note does not count lines.';
comment on column commit_notes.session_count is 'Agent sessions that the note names, with lines or without; NULL when it names none by form.';
comment on column commit_notes.reason is 'Why the note was not understood, NULL when it was.';
