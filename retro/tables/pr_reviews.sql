create table pr_reviews (
    source text not null,
    repo text not null,
    pr_number bigint not null,
    review_id text not null,
    author_hash text,
    author_kind text not null,
    author_agent text,
    state text,
    is_dismissed boolean not null,
    dismissed_at timestamptz,
    submitted_at timestamptz,
    commit_sha text,
    character_count bigint,
    finding_kinds text[],
    check (state in ('approved', 'changes_requested', 'commented')),
    check (author_kind in ('human', 'agent', 'bot', 'unknown'))
);
comment on table pr_reviews is 'One row per review of a pull request that was submitted, without its text. Key: source, repo, pr_number, review_id.';
comment on column pr_reviews.source is 'The forge: github, gitlab.';
comment on column pr_reviews.repo is 'Repository (repos.repo).';
comment on column pr_reviews.pr_number is 'Pull request (pull_request_records.pr_number).';
comment on column pr_reviews.review_id is 'The forge''s own number; its opaque id where it tells no number.';
comment on column pr_reviews.author_hash is 'Keyed hash of the reviewer''s account; NULL: not told, or the account was deleted.';
comment on column pr_reviews.author_kind is 'human, agent, bot or unknown, by the account''s type, the marks of known tools and the team''s own list.';
comment on column pr_reviews.author_agent is 'Coding agent that the account belongs to; NULL: none, or not told.';
comment on column pr_reviews.state is 'What the reviewer said: approved, changes_requested, commented; of a dismissed one what it was before; NULL: dismissed and the timeline does not tell, or a state unknown to Retro.';
comment on column pr_reviews.is_dismissed is 'True when it was dismissed or taken back later.';
comment on column pr_reviews.dismissed_at is 'UTC; NULL: not dismissed, or not told.';
comment on column pr_reviews.submitted_at is 'UTC; NULL: not told.';
comment on column pr_reviews.commit_sha is 'Head of the pull request when it was reviewed; NULL: not told, or gone.';
comment on column pr_reviews.character_count is 'Characters of its text, which is not stored; NULL: not told.';
comment on column pr_reviews.finding_kinds is 'Kinds of finding that its words name (duplicate import, type, logic, security, test, documentation, style), in alphabetical order; NULL: the text was not told.';
