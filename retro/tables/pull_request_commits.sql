create table pull_request_commits (
    source text not null,
    repo text not null,
    pr_number bigint not null,
    commit_sha text not null,
    position integer not null,
    check (position > 0)
);
comment on table pull_request_commits is 'One row per pull request and commit of its branch, as the branch was at its end. A commit can be in several, and need not be in commits: squashed branches are not part of the history. Key: source, repo, pr_number, commit_sha.';
comment on column pull_request_commits.source is 'Who says so (pull_request_records.source).';
comment on column pull_request_commits.repo is 'Repository (repos.repo).';
comment on column pull_request_commits.pr_number is 'Pull request (pull_request_records.pr_number).';
comment on column pull_request_commits.commit_sha is 'Commit of the branch, merges into it included; of one that was fast-forwarded only the last one is known.';
comment on column pull_request_commits.position is '1 for the oldest; parents stand before children.';
