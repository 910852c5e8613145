create table swap_censuses (
    repo text not null,
    change_key text not null,
    old_token text not null,
    new_token text not null,
    commit_sha text not null,
    remaining_file_count bigint not null,
    remaining_place_count bigint not null,
    unread_count bigint not null,
    is_new_priced boolean,
    price_source text,
    rules_digest text not null,
    check (remaining_place_count >= remaining_file_count and remaining_file_count >= 0 and unread_count >= 0)
);
comment on table swap_censuses is 'One row per swap whose old identifier was looked for in the tree right after the change: model swaps, renames and others; not dependency bumps, nor what was masked. Key: repo, change_key, old_token, new_token.';
comment on column swap_censuses.repo is 'Repository (repos.repo).';
comment on column swap_censuses.change_key is 'The change, as in the view change_commits.';
comment on column swap_censuses.old_token is 'token_swaps.old_token.';
comment on column swap_censuses.new_token is 'token_swaps.new_token.';
comment on column swap_censuses.commit_sha is 'Commit whose tree was searched: the one that landed the pull request, else the last of the change.';
comment on column swap_censuses.remaining_file_count is 'Files that still named the old identifier, generated, vendored and lock files and change logs left out.';
comment on column swap_censuses.remaining_place_count is 'Lines of these files that did.';
comment on column swap_censuses.unread_count is 'Contents of the tree that are not in the clone, so that nobody looked into them.';
comment on column swap_censuses.is_new_priced is 'Whether retro.toml or the price list has a price of the new model on the day of the change; NULL: no model swap.';
comment on column swap_censuses.price_source is 'Where that price stands; NULL: none, or no model swap.';
comment on column swap_censuses.rules_digest is 'SHA-256 of the rules, the price list and the team''s own prices.';
