create table co_change_hints (
    repo text not null,
    sprint text not null,
    change_key text not null,
    path text not null,
    because_path text not null,
    shared_count bigint not null,
    earlier_count bigint not null,
    commit_sha text not null,
    pr_number bigint,
    changed_at timestamptz not null,
    followed_sha text,
    followed_at timestamptz,
    check (shared_count between 1 and earlier_count)
);
comment on table co_change_hints is 'One row per file that a change of a built sprint left out although it usually moves with one of the change''s files. Key: repo, sprint, change_key, path.';
comment on column co_change_hints.repo is 'Repository (repos.repo).';
comment on column co_change_hints.sprint is 'Sprint in which the change landed.';
comment on column co_change_hints.change_key is '# and the number of the pull request, or the commit''s id (view change_commits).';
comment on column co_change_hints.path is 'File that was left out, by its newest name.';
comment on column co_change_hints.because_path is 'File of the change that it usually moves with, by its newest name; of several the one with the highest share.';
comment on column co_change_hints.shared_count is 'Earlier changes of both.';
comment on column co_change_hints.earlier_count is 'Earlier changes of because_path, of at most 30 files and none by bots.';
comment on column co_change_hints.commit_sha is 'Newest commit of the change.';
comment on column co_change_hints.pr_number is 'Pull request; NULL: none is known.';
comment on column co_change_hints.changed_at is 'When the change landed, UTC.';
comment on column co_change_hints.followed_sha is 'First commit by the same author that changed the file within 14 days; NULL: none yet.';
comment on column co_change_hints.followed_at is 'When that one was made, UTC; NULL likewise.';
