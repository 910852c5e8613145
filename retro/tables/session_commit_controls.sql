create table session_commit_controls (
    repo text not null,
    commit_sha text not null,
    shift_days integer not null,
    method text not null,
    check (shift_days > 0)
);
comment on table session_commit_controls is 'One row per commit that a method still joins to some session when the commits'' clock is set ahead, which must be a mistake: a check of session_commits. Key: repo, commit_sha, shift_days, method.';
comment on column session_commit_controls.repo is 'Repository (repos.repo).';
comment on column session_commit_controls.commit_sha is 'Commit (commit_fingerprints.commit_sha).';
comment on column session_commit_controls.shift_days is 'By how many days: 1, 3, 7 or 14.';
comment on column session_commit_controls.method is 'session_commits.method; a trailer knows no clock and is left out, as is a printed sha.';
