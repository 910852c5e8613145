create table pull_request_records (
    source text not null,
    repo text not null,
    pr_number bigint not null,
    title text,
    state text,
    base_ref text,
    head_ref text,
    base_sha text,
    head_sha text,
    merged_sha text,
    merged_how text,
    opened_at timestamptz,
    merged_at timestamptz,
    closed_at timestamptz,
    head_committed_at timestamptz,
    evidence text not null,
    method text,
    confidence double,
    reason text,
    author_hash text,
    author_kind text,
    author_agent text,
    merger_hash text,
    merger_kind text,
    is_draft boolean,
    is_from_fork boolean,
    labels text[],
    added_lines bigint,
    deleted_lines bigint,
    changed_file_count bigint,
    branch_commit_count bigint,
    has_reviews boolean,
    has_threads boolean,
    has_timeline boolean,
    changed_at timestamptz,
    check (state in ('merged', 'open', 'closed', 'unmerged')),
    check (merged_how in ('merge', 'squash', 'rebase')),
    check (evidence in ('verified', 'inferred', 'human')),
    check (confidence between 0 and 1),
    check (pr_number > 0),
    check (author_kind in ('human', 'agent', 'bot', 'unknown') and merger_kind in ('human', 'agent', 'bot', 'unknown')),
    check (added_lines >= 0 and deleted_lines >= 0 and changed_file_count >= 0 and branch_commit_count >= 0)
);
comment on table pull_request_records is 'One row per pull request (merge request) and source that knows it. The view pull_requests picks one source per pull request. Key: source, repo, pr_number.';
comment on column pull_request_records.source is 'Who says so: git (told from refs, graph and messages), or a forge.';
comment on column pull_request_records.repo is 'Repository (repos.repo).';
comment on column pull_request_records.pr_number is 'Number on the forge.';
comment on column pull_request_records.title is 'Title, secrets masked; NULL: git does not know it.';
comment on column pull_request_records.state is 'merged, open, closed (without being merged), unmerged (git: not on the default branch; open or closed cannot be told); NULL: could not be judged, see reason.';
comment on column pull_request_records.base_ref is 'Branch that it was to change; NULL: unknown.';
comment on column pull_request_records.head_ref is 'Branch that it came from; NULL: unknown or gone.';
comment on column pull_request_records.base_sha is 'Commit at which its change begins: the merge base; for one that stands on another pull request that landed, the head of that one; for one squashed into a branch that was squashed itself, the commit at which it left that branch; NULL: unknown.';
comment on column pull_request_records.head_sha is 'Its last commit; NULL: unknown.';
comment on column pull_request_records.merged_sha is 'Commit that brought it to the default branch: the merge, the squash, or the last of the rebased ones; NULL: none.';
comment on column pull_request_records.merged_how is 'merge (a merge commit), squash (one commit for all of them), rebase (commit by commit, or fast-forward); NULL: not merged.';
comment on column pull_request_records.opened_at is 'UTC; NULL: git does not know it.';
comment on column pull_request_records.merged_at is 'UTC; from git the committer time of merged_sha; NULL: not merged, or the time is unreadable.';
comment on column pull_request_records.closed_at is 'UTC; NULL: git does not know it.';
comment on column pull_request_records.head_committed_at is 'UTC; committer time of head_sha; NULL: not told, or unreadable.';
comment on column pull_request_records.evidence is 'verified (the forge says so) or inferred (told from git).';
comment on column pull_request_records.method is 'What told git that it was merged: merge parent, inside a merged branch, same blobs, same commits, same lines, similar lines, fast-forward, named in a message; NULL: nothing did.';
comment on column pull_request_records.confidence is 'Measured share of pull requests found by this method that were right (lower end of its 95 % interval), 0 to 1; NULL without a method or a measure.';
comment on column pull_request_records.reason is 'Why it was not judged, or which other pull request brought its change; else NULL.';
comment on column pull_request_records.author_hash is 'Keyed hash of the account that opened it; NULL: unknown, or the account was deleted.';
comment on column pull_request_records.author_kind is 'human, agent, bot or unknown, by the account''s type, the marks of known tools and the team''s own list; NULL from git.';
comment on column pull_request_records.author_agent is 'Coding agent that the account belongs to; NULL: none, or not told.';
comment on column pull_request_records.merger_hash is 'Keyed hash of the account that merged it; NULL: unknown or not merged.';
comment on column pull_request_records.merger_kind is 'As author_kind; NULL: not merged or not told.';
comment on column pull_request_records.is_draft is 'True when it was a draft at last sight; NULL: not told.';
comment on column pull_request_records.is_from_fork is 'True when its branch lay in another repository, also one that is gone; NULL: not told.';
comment on column pull_request_records.labels is 'Labels in alphabetical order, secrets masked; NULL: not told.';
comment on column pull_request_records.added_lines is 'Lines added, as the forge counts them; NULL: not told.';
comment on column pull_request_records.deleted_lines is 'Lines deleted, as the forge counts them; NULL: not told.';
comment on column pull_request_records.changed_file_count is 'Files changed, as the forge counts them: more than pull_request_files has where a tool cut its list; NULL: not told.';
comment on column pull_request_records.branch_commit_count is 'Commits, as the forge counts them: more than pull_request_commits has where a tool cut its list; NULL: not told.';
comment on column pull_request_records.has_reviews is 'True when its reviews were among what was read, also when there are none; NULL: not told, so that no review is no finding.';
comment on column pull_request_records.has_threads is 'True when its inline comments were among what was read, also when there are none; NULL: not told.';
comment on column pull_request_records.has_timeline is 'True when its timeline (drafts, requests, dismissals) was among what was read; NULL: not told.';
comment on column pull_request_records.changed_at is 'When it was changed last on the forge, UTC; NULL: not told.';
