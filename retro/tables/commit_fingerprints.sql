create table commit_fingerprints (
    repo text not null,
    commit_sha text not null,
    authored_at timestamptz,
    subject_hash bigint not null,
    session_marks text[] not null,
    paths text[],
    line_hashes bigint[][],
    status text not null,
    rules_digest text not null,
    check (status in ('read', 'far', 'merge', 'unreadable')),
    check ((status = 'read') = (paths is not null) and (status = 'read') = (line_hashes is not null))
);
comment on table commit_fingerprints is 'One row per commit made near a session of a coding agent, landed or on the branch of a pull request: what it can be known by, without its text. Key: repo, commit_sha.';
comment on column commit_fingerprints.repo is 'Repository (repos.repo).';
comment on column commit_fingerprints.commit_sha is 'Full object id; need not be in commits, since branches that were squashed or never merged are no part of the history.';
comment on column commit_fingerprints.authored_at is 'When the change was written, UTC; a rebase keeps it. NULL: unreadable.';
comment on column commit_fingerprints.subject_hash is 'Keyed hash of the subject.';
comment on column commit_fingerprints.session_marks is 'Lines of the message that name a session or a record of one, as Key: value, secrets masked.';
comment on column commit_fingerprints.paths is 'Paths that it changed, of a deleted file the old one; NULL: not read.';
comment on column commit_fingerprints.line_hashes is 'For each path the keyed hashes of the lines added there, as agent_edits.line_hashes; NULL: not read.';
comment on column commit_fingerprints.status is 'read; far (no session worked within 15 days before it); merge (its lines are those of others); unreadable (its content is not in the clone).';
comment on column commit_fingerprints.rules_digest is 'Digest of the key and of the rules that made the row.';
