create table session_commits (
    source text not null,
    session_id text not null,
    repo text not null,
    commit_sha text not null,
    method text not null,
    matched_share double,
    matched_lines bigint,
    detail text not null,
    evidence text not null,
    rules_digest text not null,
    check (method in ('trailer', 'own_commit', 'line_share', 'branch_file')),
    check (matched_share between 0 and 1),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table session_commits is 'One row per session of a coding agent, commit and method that joins the two: every method that does is kept. Which one counts is told by the view commit_sessions. Key: source, session_id, repo, commit_sha, method.';
comment on column session_commits.source is 'agent_sessions.source.';
comment on column session_commits.session_id is 'agent_sessions.session_id.';
comment on column session_commits.repo is 'Repository (repos.repo).';
comment on column session_commits.commit_sha is 'Commit (commit_fingerprints.commit_sha).';
comment on column session_commits.method is 'trailer (its message names the session), own_commit (the session ran the git commit), line_share (it added lines that the session wrote), branch_file (same branch, time and files).';
comment on column session_commits.matched_share is 'Of line_share the part of the commit''s lines (of 12 characters or more) that the session wrote to the same file in the 24 hours before; of branch_file the part of its files; NULL for the others.';
comment on column session_commits.matched_lines is 'Of line_share the lines that match; NULL for the others.';
comment on column session_commits.detail is 'What joined them: the trailer''s line, sha, subject and time, lines, or branch and files.';
comment on column session_commits.evidence is 'inferred: also a trailer can name another session.';
comment on column session_commits.rules_digest is 'Digest of the rules that made the row.';
