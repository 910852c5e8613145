create table commits (
    repo text not null,
    commit_sha text not null,
    parent_shas text[] not null,
    author_name text,
    author_email text,
    authored_at timestamptz,
    committer_name text,
    committer_email text,
    committed_at timestamptz,
    subject text not null,
    body text not null,
    is_merge boolean not null,
    is_boundary boolean not null,
    is_on_default_branch boolean not null,
    landed_at timestamptz
);
comment on table commits is 'One row per commit that the default branch or a release tag reaches, or once did (gone_commits). Key: repo, commit_sha.';
comment on column commits.repo is 'Repository (repos.repo).';
comment on column commits.commit_sha is 'Full object id, hexadecimal.';
comment on column commits.parent_shas is 'Parents in order; empty for a root commit and for the boundary of a shallow clone.';
comment on column commits.author_name is 'As written in the commit; NULL when empty.';
comment on column commits.author_email is 'As written in the commit; NULL when empty.';
comment on column commits.authored_at is 'When the change was written, UTC; NULL when the commit has no readable time.';
comment on column commits.committer_name is 'As written in the commit; NULL when empty.';
comment on column commits.committer_email is 'As written in the commit; NULL when empty.';
comment on column commits.committed_at is 'Committer time, UTC: decides the sprint; NULL when the commit has no readable time.';
comment on column commits.subject is 'First paragraph of the message on one line, secrets masked, at most 4,096 characters.';
comment on column commits.body is 'Rest of the message, secrets masked, at most 65,536 characters.';
comment on column commits.is_merge is 'True with two parents or more.';
comment on column commits.is_boundary is 'True where a shallow clone was cut: what the commit changed is unknown.';
comment on column commits.is_on_default_branch is 'True when the default branch reaches it as of the last run.';
comment on column commits.landed_at is 'Committer time of the first-parent commit that brought it to the default branch, UTC; NULL off that branch.';
