create table pull_request_issues (
    source text not null,
    repo text not null,
    pr_number bigint not null,
    issue_number bigint not null,
    method text not null,
    check (method in ('forge', 'words'))
);
comment on table pull_request_issues is 'One row per pull request and issue of the same repository that it closes. Key: source, repo, pr_number, issue_number.';
comment on column pull_request_issues.source is 'The forge: github, gitlab.';
comment on column pull_request_issues.repo is 'Repository (repos.repo).';
comment on column pull_request_issues.pr_number is 'Pull request (pull_request_records.pr_number).';
comment on column pull_request_issues.issue_number is 'Issue (issues.issue_number).';
comment on column pull_request_issues.method is 'forge (it says so) or words (the text of the pull request says closes #1 or the like).';
