create table gone_commits (
    repo text not null,
    commit_sha text not null,
    gone_at timestamptz not null
);
comment on table gone_commits is 'One row per commit of the table commits that neither the default branch nor a release reaches any more: its history was rewritten, or its tag removed. It counts in no sprint; `retro mine --prune` removes it. Key: repo, commit_sha.';
comment on column gone_commits.repo is 'Repository (repos.repo).';
comment on column gone_commits.commit_sha is 'Commit (commits.commit_sha).';
comment on column gone_commits.gone_at is 'When a run first found it gone, UTC.';
