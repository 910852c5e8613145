create table repos (
    repo text not null,
    remote_url text,
    default_branch text,
    default_branch_sha text,
    tips_digest text not null,
    object_format text not null,
    is_shallow boolean not null,
    is_configured boolean not null,
    position bigint,
    mined_at timestamptz not null,
    check (object_format in ('sha1', 'sha256'))
);
comment on table repos is 'One row per repository of retro.toml, as of the last run that read it. Key: repo.';
comment on column repos.repo is 'Name from retro.toml; the key in every other table.';
comment on column repos.remote_url is 'URL of the remote origin without user, password and query; NULL: none found.';
comment on column repos.default_branch is 'The ref that counts as landed, in full; NULL: the repository has no commit yet.';
comment on column repos.default_branch_sha is 'Commit that the default branch pointed at.';
comment on column repos.tips_digest is 'SHA-256 of the mined refs and their commits: unchanged means nothing new.';
comment on column repos.object_format is 'sha1 or sha256.';
comment on column repos.is_shallow is 'True when the clone holds only the newest part of the history.';
comment on column repos.is_configured is 'False when retro.toml no longer names it: its rows are kept until --prune and count in no sprint.';
comment on column repos.position is 'Place in retro.toml, from 1; NULL when it is no longer named there.';
comment on column repos.mined_at is 'When it was read last, UTC.';
