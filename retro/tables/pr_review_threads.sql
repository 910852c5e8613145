create table pr_review_threads (
    source text not null,
    repo text not null,
    pr_number bigint not null,
    thread_id text not null,
    path text,
    line bigint,
    is_resolved boolean,
    is_outdated boolean,
    resolver_hash text,
    resolver_kind text,
    resolved_at timestamptz,
    check (resolver_kind in ('human', 'agent', 'bot', 'unknown'))
);
comment on table pr_review_threads is 'One row per thread of comments on a pull request. Key: source, repo, pr_number, thread_id.';
comment on column pr_review_threads.source is 'The forge: github, gitlab.';
comment on column pr_review_threads.repo is 'Repository (repos.repo).';
comment on column pr_review_threads.pr_number is 'Pull request (pull_request_records.pr_number).';
comment on column pr_review_threads.thread_id is 'Id of its first comment; on GitLab the discussion''s own.';
comment on column pr_review_threads.path is 'File that it is about; NULL: none.';
comment on column pr_review_threads.line is 'Line that it is about, at the commit of its first comment; NULL: none, or not told.';
comment on column pr_review_threads.is_resolved is 'True when somebody marked it as resolved; NULL: not told (GitHub tells it in GraphQL only), or it cannot be resolved.';
comment on column pr_review_threads.is_outdated is 'True when a later push changed the lines that it is about; NULL: not told.';
comment on column pr_review_threads.resolver_hash is 'Keyed hash of the account that resolved it; NULL: nobody, or not told.';
comment on column pr_review_threads.resolver_kind is 'human, agent, bot or unknown; NULL: nobody, or not told.';
comment on column pr_review_threads.resolved_at is 'UTC; NULL: not resolved, or not told (GitHub).';
