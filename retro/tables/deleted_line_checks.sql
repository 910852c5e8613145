create table deleted_line_checks (
    repo text not null,
    commit_sha text not null,
    deleted_lines bigint not null,
    judged_lines bigint not null,
    older_lines bigint not null,
    file_count bigint not null,
    skipped_file_count bigint not null,
    rules_digest text not null,
    check (deleted_lines >= judged_lines and judged_lines >= older_lines and older_lines >= 0),
    check (file_count >= skipped_file_count and skipped_file_count >= 0)
);
comment on table deleted_line_checks is 'One row per commit whose deleted lines were asked for their origin: how many, and what of them is known (deleted_lines). Key: repo, commit_sha.';
comment on column deleted_line_checks.repo is 'Repository (repos.repo).';
comment on column deleted_line_checks.commit_sha is 'Commit that deleted lines.';
comment on column deleted_line_checks.deleted_lines is 'Lines that it deleted, without generated, vendored and lock files.';
comment on column deleted_line_checks.judged_lines is 'Those of them whose origin is known, or known to be older than 30 days.';
comment on column deleted_line_checks.older_lines is 'Those written more than 30 days before the commit; which commit wrote them is not asked.';
comment on column deleted_line_checks.file_count is 'Files in which it deleted lines.';
comment on column deleted_line_checks.skipped_file_count is 'Files among them that could not be judged: beyond the 50 that are asked for, or with a history that git cannot read.';
comment on column deleted_line_checks.rules_digest is 'SHA-256 of the rules that made the row, and of the generated, vendored and lock files that the commit changed.';
