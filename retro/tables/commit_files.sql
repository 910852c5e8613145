create table commit_files (
    repo text not null,
    commit_sha text not null,
    path text not null,
    old_path text,
    change_kind text not null,
    added_lines bigint,
    deleted_lines bigint,
    lines_status text not null,
    check (change_kind in ('A', 'M', 'D', 'R', 'C', 'T')),
    check (added_lines >= 0),
    check (deleted_lines >= 0),
    check (lines_status in ('counted', 'binary', 'missing')),
    check (lines_status = 'counted' or (added_lines is null and deleted_lines is null))
);
comment on table commit_files is 'One row per path that a commit other than a merge changed against its parent (rename detection of 50 %). Merges and shallow boundaries have none. Key: repo, commit_sha, path.';
comment on column commit_files.repo is 'Repository (repos.repo).';
comment on column commit_files.commit_sha is 'Commit (commits.commit_sha).';
comment on column commit_files.path is 'Path after the change; bytes that are not UTF-8 as \xNN.';
comment on column commit_files.old_path is 'Path before a rename or copy, else NULL.';
comment on column commit_files.change_kind is 'A added, M modified, D deleted, R renamed, C copied, T type changed (file, link, submodule).';
comment on column commit_files.added_lines is 'Lines added as git counts them; NULL when there is no count (lines_status).';
comment on column commit_files.deleted_lines is 'Lines deleted as git counts them; NULL when there is no count (lines_status).';
comment on column commit_files.lines_status is 'counted; binary: git counts no lines of such a file; missing: the content before or after is not in the clone (a filtered one) or damaged, so nobody can count, and a rename with an edit shows as a deletion and an addition. Once the content is there, `retro mine --full` counts it.';
