create table pr_review_comments (
    source text not null,
    repo text not null,
    pr_number bigint not null,
    comment_id text not null,
    kind text not null,
    review_id text,
    thread_id text,
    reply_to_id text,
    author_hash text,
    author_kind text not null,
    author_agent text,
    created_at timestamptz,
    path text,
    line bigint,
    commit_sha text,
    has_suggestion boolean,
    character_count bigint,
    finding_kinds text[],
    check (kind in ('inline', 'conversation')),
    check (author_kind in ('human', 'agent', 'bot', 'unknown'))
);
comment on table pr_review_comments is 'One row per comment on a pull request, without its text. Key: source, repo, pr_number, comment_id.';
comment on column pr_review_comments.source is 'The forge: github, gitlab.';
comment on column pr_review_comments.repo is 'Repository (repos.repo).';
comment on column pr_review_comments.pr_number is 'Pull request (pull_request_records.pr_number).';
comment on column pr_review_comments.comment_id is 'The forge''s own number; its opaque id where it tells no number.';
comment on column pr_review_comments.kind is 'inline (on a line or file) or conversation (below the pull request).';
comment on column pr_review_comments.review_id is 'Review that it belongs to (pr_reviews.review_id); NULL: none, or not told.';
comment on column pr_review_comments.thread_id is 'Thread that it stands in (pr_review_threads.thread_id); NULL outside one.';
comment on column pr_review_comments.reply_to_id is 'Comment that it answers; NULL: it answers none, or not told.';
comment on column pr_review_comments.author_hash is 'Keyed hash of the account that wrote it; NULL: not told, or the account was deleted.';
comment on column pr_review_comments.author_kind is 'human, agent, bot or unknown, by the account''s type, the marks of known tools and the team''s own list.';
comment on column pr_review_comments.author_agent is 'Coding agent that the account belongs to; NULL: none, or not told.';
comment on column pr_review_comments.created_at is 'UTC; NULL: not told.';
comment on column pr_review_comments.path is 'File that it is about; NULL: none.';
comment on column pr_review_comments.line is 'Line in the file at commit_sha, the last of several; NULL: none, or not told.';
comment on column pr_review_comments.commit_sha is 'Commit that it was written about; NULL: none, or not told.';
comment on column pr_review_comments.has_suggestion is 'True when it holds a suggested change; NULL: the text was not told.';
comment on column pr_review_comments.character_count is 'Characters of its text, which is not stored; NULL: not told.';
comment on column pr_review_comments.finding_kinds is 'Kinds of finding that its words name (duplicate import, type, logic, security, test, documentation, style), in alphabetical order; NULL: the text was not told.';
