create table line_attributions (
    repo text not null,
    notes_ref text not null,
    commit_sha text not null,
    path text not null,
    first_line bigint not null,
    last_line bigint not null,
    author_kind text not null,
    agent text,
    model text,
    session_key text,
    check (first_line >= 1),
    check (last_line >= first_line),
    check (author_kind in ('human', 'agent')),
    check (author_kind = 'agent' or (agent is null and session_key is null))
);
comment on table line_attributions is 'One row per range of lines whose writer a note records; ranges of one note do not overlap. Lines in no range are not known. Key: repo, notes_ref, commit_sha, path, first_line.';
comment on column line_attributions.repo is 'Repository (repos.repo).';
comment on column line_attributions.notes_ref is 'Ref that holds the note (commit_notes.notes_ref).';
comment on column line_attributions.commit_sha is 'Commit (commits.commit_sha).';
comment on column line_attributions.path is 'Path at that commit, as the note has it.';
comment on column line_attributions.first_line is 'First line of the range in the file at that commit, from 1.';
comment on column line_attributions.last_line is 'Last line of the range, inclusive.';
comment on column line_attributions.author_kind is 'agent, or human where a person was seen to type the lines.';
comment on column line_attributions.agent is 'The tool; NULL: not named, or a person.';
comment on column line_attributions.model is 'Model as the note names it; NULL: not named.';
comment on column line_attributions.session_key is 'The note''s key of the agent session, hashed where it is not a hash already; the same for all lines of one session. NULL for people and where there is none.';
