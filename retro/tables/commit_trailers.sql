create table commit_trailers (
    repo text not null,
    commit_sha text not null,
    position integer not null,
    trailer_key text not null,
    trailer_value text not null
);
comment on table commit_trailers is 'One row per trailer line (Key: value) at the end of a commit message, as git finds them; of a message with more, the first 1,000. Key: repo, commit_sha, position.';
comment on column commit_trailers.repo is 'Repository (repos.repo).';
comment on column commit_trailers.commit_sha is 'Commit (commits.commit_sha).';
comment on column commit_trailers.position is '1 for the first trailer of the message.';
comment on column commit_trailers.trailer_key is 'Key as written, without the colon.';
comment on column commit_trailers.trailer_value is 'Value on one line, secrets masked, at most 4,096 characters.';
