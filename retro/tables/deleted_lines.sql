create table deleted_lines (
    repo text not null,
    commit_sha text not null,
    origin_sha text not null,
    line_count bigint not null,
    rules_digest text not null,
    check (line_count > 0)
);
comment on table deleted_lines is 'One row per commit and commit of at most 30 days before it that had written lines which it deleted or rewrote. Key: repo, commit_sha, origin_sha.';
comment on column deleted_lines.repo is 'Repository (repos.repo).';
comment on column deleted_lines.commit_sha is 'Commit that deleted the lines, one of a sprint that was built or of the one before.';
comment on column deleted_lines.origin_sha is 'Commit that had written them, by git blame -w; the same change may have landed as another commit: see change_identities.';
comment on column deleted_lines.line_count is 'Lines of files other than generated, vendored and lock files.';
comment on column deleted_lines.rules_digest is 'SHA-256 of the rules that made the row, and of the generated, vendored and lock files that the commit changed.';
