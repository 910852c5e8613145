create table function_files (
    repo text not null,
    commit_sha text not null,
    path text not null,
    status text not null,
    reason text,
    rules_digest text not null,
    check (status in ('parsed', 'left_out', 'failed')),
    check ((reason is null) = (status = 'parsed'))
);
comment on table function_files is 'One row per file in a language with functions that a commit other than a merge changed, among the commits looked at: whether its functions could be told. Key: repo, commit_sha, path.';
comment on column function_files.repo is 'Repository (repos.repo).';
comment on column function_files.commit_sha is 'Commit (commits.commit_sha).';
comment on column function_files.path is 'Path after the change (commit_files.path).';
comment on column function_files.status is 'parsed: its changed functions are in commit_functions; left_out: generated or vendored; failed: they could not be told.';
comment on column function_files.reason is 'Why it was left out or failed; NULL: parsed.';
comment on column function_files.rules_digest is 'SHA-256 of the rules and the parsers'' versions that made the row.';
