create table merge_files (
    repo text not null,
    commit_sha text not null,
    path text not null,
    old_path text,
    change_kind text,
    added_lines bigint,
    deleted_lines bigint,
    conflict_kind text,
    outcome text not null,
    check (change_kind in ('A', 'M', 'D', 'R', 'T')),
    check (outcome in ('resolved', 'edited')),
    check ((outcome = 'resolved') = (conflict_kind is not null)),
    check (added_lines >= 0),
    check (deleted_lines >= 0)
);
comment on table merge_files is 'One row per path that differs between a merge as committed and the same merge made again automatically, or that had a conflict in it; a clean merge has none. Attributes such as merge=union are not obeyed, so a file merged by union counts as a conflict. Key: repo, commit_sha, path.';
comment on column merge_files.repo is 'Repository (repos.repo).';
comment on column merge_files.commit_sha is 'Merge (merges.commit_sha).';
comment on column merge_files.path is 'Path after the merge; bytes that are not UTF-8 as \xNN.';
comment on column merge_files.old_path is 'Path in the automatic merge, where the merge renamed it, else NULL.';
comment on column merge_files.change_kind is 'Against the automatic merge: A added, M modified, D deleted, R renamed, T type changed; NULL: the same, its conflict was resolved by keeping what the automatic merge left.';
comment on column merge_files.added_lines is 'Lines that the merge itself added; NULL for a binary file.';
comment on column merge_files.deleted_lines is 'Lines that the merge itself deleted, conflict markers included; NULL for a binary file.';
comment on column merge_files.conflict_kind is 'git''s words for the conflict: content, add/add, modify/delete, rename/delete, ...; NULL: there was none.';
comment on column merge_files.outcome is 'resolved (it had a conflict) or edited (it merged without one, and was changed all the same).';
