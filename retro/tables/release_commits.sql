create table release_commits (
    repo text not null,
    commit_sha text not null,
    tag_name text not null
);
comment on table release_commits is 'One row per commit and the release that was the first to hold it, by time of release; commits in no release have none. Key: repo, commit_sha.';
comment on column release_commits.repo is 'Repository (repos.repo).';
comment on column release_commits.commit_sha is 'Commit (commits.commit_sha).';
comment on column release_commits.tag_name is 'First release that reaches the commit (release_records.tag_name).';
