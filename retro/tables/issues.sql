create table issues (
    source text not null,
    repo text not null,
    issue_number bigint not null,
    title text,
    state text,
    reason text,
    author_hash text,
    author_kind text not null,
    author_agent text,
    labels text[],
    opened_at timestamptz,
    closed_at timestamptz,
    changed_at timestamptz,
    check (state in ('open', 'closed')),
    check (issue_number > 0),
    check (author_kind in ('human', 'agent', 'bot', 'unknown'))
);
comment on table issues is 'One row per issue. Key: source, repo, issue_number.';
comment on column issues.source is 'The forge: github, gitlab.';
comment on column issues.repo is 'Repository (repos.repo).';
comment on column issues.issue_number is 'Number on the forge.';
comment on column issues.title is 'Title, secrets masked; NULL: not told.';
comment on column issues.state is 'open or closed; NULL: a state unknown to Retro.';
comment on column issues.reason is 'Why it was closed, as the forge has it: completed, not_planned, duplicate ...; NULL: open, or not told.';
comment on column issues.author_hash is 'Keyed hash of the account that opened it; NULL: not told, or the account was deleted.';
comment on column issues.author_kind is 'human, agent, bot or unknown, by the account''s type, the marks of known tools and the team''s own list.';
comment on column issues.author_agent is 'Coding agent that the account belongs to; NULL: none, or not told.';
comment on column issues.labels is 'Labels in alphabetical order, secrets masked; NULL: not told.';
comment on column issues.opened_at is 'UTC; NULL: not told.';
comment on column issues.closed_at is 'UTC; NULL: not closed, or not told.';
comment on column issues.changed_at is 'When it was changed last, UTC; NULL: not told.';
