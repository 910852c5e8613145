create table token_swaps (
    repo text not null,
    commit_sha text not null,
    old_token text not null,
    new_token text not null,
    swap_class text not null,
    class_rule text not null,
    group_key text not null,
    file_count bigint not null,
    own_file_count bigint not null,
    line_count bigint not null,
    paths text[] not null,
    path_line_counts bigint[] not null,
    is_masked boolean not null,
    evidence text not null,
    rules_digest text not null,
    check (swap_class in ('model', 'dependency bump', 'rename', 'other')),
    check (own_file_count >= 0 and own_file_count <= file_count and file_count <= line_count),
    check (len(paths) = file_count and len(path_line_counts) = file_count),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table token_swaps is 'One row per identifier that a commit put in the place of another, where the change that the commit belongs to (view change_commits) did so in three files or more that the team wrote. Key: repo, commit_sha, old_token, new_token.';
comment on column token_swaps.repo is 'Repository (repos.repo).';
comment on column token_swaps.commit_sha is 'Commit (commits.commit_sha); merges have no swaps of their own.';
comment on column token_swaps.old_token is 'Identifier that was replaced; secrets masked, at most 200 bytes.';
comment on column token_swaps.new_token is 'Identifier in its place; likewise.';
comment on column token_swaps.swap_class is 'model (the price data knows one of them), dependency bump (both are versions or digests), rename (both are names) or other.';
comment on column token_swaps.class_rule is 'What decided the class, in words.';
comment on column token_swaps.group_key is 'What differs between both once equal words at the ends are left aside, in lower case: swaps of one change with the same key belong together.';
comment on column token_swaps.file_count is 'Files in which the commit swapped it.';
comment on column token_swaps.own_file_count is 'Those of them that are not generated, vendored or lock files (file_kinds.kind).';
comment on column token_swaps.line_count is 'Lines on which nothing but the identifier changed.';
comment on column token_swaps.paths is 'Paths of these files, in order.';
comment on column token_swaps.path_line_counts is 'Lines in each of them.';
comment on column token_swaps.is_masked is 'True when a token held, or may have held, a secret: what it left behind cannot be looked for.';
comment on column token_swaps.evidence is 'inferred: lines that were wrapped anew, and two substitutions on a line, are missed.';
comment on column token_swaps.rules_digest is 'SHA-256 of the rules, the price list and the team''s own priced models.';
