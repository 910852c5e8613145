create table pull_request_files (
    source text not null,
    repo text not null,
    pr_number bigint not null,
    path text not null,
    old_path text,
    change_kind text,
    added_lines bigint,
    deleted_lines bigint,
    check (change_kind in ('A', 'M', 'D', 'R', 'C', 'T')),
    check (added_lines >= 0 and deleted_lines >= 0)
);
comment on table pull_request_files is 'One row per pull request and file that it changes, as the forge lists them. Key: source, repo, pr_number, path.';
comment on column pull_request_files.source is 'The forge: github, gitlab.';
comment on column pull_request_files.repo is 'Repository (repos.repo).';
comment on column pull_request_files.pr_number is 'Pull request (pull_request_records.pr_number).';
comment on column pull_request_files.path is 'Path after the change.';
comment on column pull_request_files.old_path is 'Path before a rename or copy; NULL otherwise, or not told.';
comment on column pull_request_files.change_kind is 'A added, M modified, D deleted, R renamed, C copied, T type changed; NULL: not told.';
comment on column pull_request_files.added_lines is 'Lines added; NULL: not told.';
comment on column pull_request_files.deleted_lines is 'Lines deleted; NULL: not told.';
