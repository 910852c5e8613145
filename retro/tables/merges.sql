create table merges (
    repo text not null,
    commit_sha text not null,
    outcome text not null,
    conflict_file_count integer,
    edited_file_count integer,
    reason text,
    check (outcome in ('clean', 'resolved', 'edited', 'unjudged')),
    check ((outcome = 'unjudged') = (reason is not null))
);
comment on table merges is 'One row per merge: whether it was committed as it came out of an automatic merge. Key: repo, commit_sha.';
comment on column merges.repo is 'Repository (repos.repo).';
comment on column merges.commit_sha is 'Merge (commits.commit_sha, is_merge).';
comment on column merges.outcome is 'clean (as the automatic merge), resolved (it had conflicts), edited (no conflict, yet changed by hand), unjudged (see reason).';
comment on column merges.conflict_file_count is 'Files with a conflict; NULL when unjudged.';
comment on column merges.edited_file_count is 'Files changed in the merge without a conflict in them, also where others had one; NULL when unjudged.';
comment on column merges.reason is 'Why it was not judged: more than two parents, a history cut off by a shallow clone, objects missing or damaged.';
