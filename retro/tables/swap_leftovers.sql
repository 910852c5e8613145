create table swap_leftovers (
    repo text not null,
    change_key text not null,
    old_token text not null,
    new_token text not null,
    path text not null,
    line bigint not null,
    place_count bigint not null,
    text text not null,
    form text not null,
    is_price_file boolean not null,
    has_new boolean not null,
    is_kept boolean not null,
    looked_sha text not null,
    is_gone boolean not null,
    removed_sha text,
    removed_at timestamptz,
    rules_digest text not null,
    check (line > 0 and place_count > 0),
    check (form in ('exact', 'without provider')),
    check (is_gone or removed_sha is null)
);
comment on table swap_leftovers is 'One row per file that still named the old identifier right after a swap, where 20 files or fewer did. Key: repo, change_key, old_token, new_token, path.';
comment on column swap_leftovers.repo is 'Repository (repos.repo).';
comment on column swap_leftovers.change_key is 'The change, as in the view change_commits.';
comment on column swap_leftovers.old_token is 'token_swaps.old_token.';
comment on column swap_leftovers.new_token is 'token_swaps.new_token.';
comment on column swap_leftovers.path is 'File, as it was named then.';
comment on column swap_leftovers.line is 'First line that named it then.';
comment on column swap_leftovers.place_count is 'Lines that named it then.';
comment on column swap_leftovers.text is 'That first line, secrets masked, at most 160 characters.';
comment on column swap_leftovers.form is 'exact, or without provider: a model by its name alone, as price tables often have it.';
comment on column swap_leftovers.is_price_file is 'True for a model in a file whose path speaks of prices, limits or catalogs and which has a number beside the name.';
comment on column swap_leftovers.has_new is 'True when the file named the new identifier as well.';
comment on column swap_leftovers.is_kept is 'True when a glob of [swaps] keep in retro.toml says that the file rightly names it.';
comment on column swap_leftovers.looked_sha is 'Commit at which it was looked for last: the tip of the default branch as of that run.';
comment on column swap_leftovers.is_gone is 'True when the file no longer named it there, was gone, or, a price file, named the new one as well.';
comment on column swap_leftovers.removed_sha is 'Commit that changed this; NULL: not gone, or not told.';
comment on column swap_leftovers.removed_at is 'Committer time of that commit, UTC; NULL likewise.';
comment on column swap_leftovers.rules_digest is 'SHA-256 of the rules, the price list and the team''s own prices.';
