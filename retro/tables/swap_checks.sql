create table swap_checks (
    repo text not null,
    commit_sha text not null,
    unread_count bigint not null,
    rules_digest text not null,
    check (unread_count >= 0)
);
comment on table swap_checks is 'One row per commit that was read for swaps (token_swaps): those of the default branch that lie in a sprint, merges left out. Key: repo, commit_sha.';
comment on column swap_checks.repo is 'Repository (repos.repo).';
comment on column swap_checks.commit_sha is 'Commit (commits.commit_sha).';
comment on column swap_checks.unread_count is 'Files that it changed whose content is not in the clone.';
comment on column swap_checks.rules_digest is 'SHA-256 of the rules, the price list and the team''s own priced models.';
