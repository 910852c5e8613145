create table damage_checks (
    repo text not null,
    commit_sha text not null,
    is_whole boolean not null,
    file_count bigint not null,
    unread_count bigint not null,
    rules_digest text not null,
    check (file_count >= 0),
    check (unread_count >= 0 and unread_count <= file_count)
);
comment on table damage_checks is 'One row per commit that was looked at for damage (findings): all of the default branch''s, and those of squashed pull requests of the sprints that were built. Key: repo, commit_sha.';
comment on column damage_checks.repo is 'Repository (repos.repo).';
comment on column damage_checks.commit_sha is 'Commit; one of a squashed pull request is not in commits.';
comment on column damage_checks.is_whole is 'True: files of every kind were looked at (merges, and the sprints that were built); false: Python alone.';
comment on column damage_checks.file_count is 'Files that were there before and differ from every parent, among those looked at.';
comment on column damage_checks.unread_count is 'Those of them that could not be judged: not in the clone, larger than 1 MB, binary, templates, no answer from the parser.';
comment on column damage_checks.rules_digest is 'SHA-256 of the rules and the parsers'' versions.';
