create table request_attributions (
    source text not null,
    request_key text not null,
    part bigint not null,
    requested_at timestamptz not null,
    sprint text,
    sprint_method text,
    session_source text,
    session_id text,
    session_type text,
    feature text,
    repo text,
    branch text,
    commit_sha text,
    commit_method text,
    pr_number bigint,
    pr_method text,
    target_kind text not null,
    outcome text not null,
    theme text not null,
    theme_method text,
    theme_rule text,
    work_type text not null,
    model text,
    input_tokens bigint,
    output_tokens bigint,
    request_share double not null,
    cost_usd decimal(18, 12),
    cost_evidence text,
    evidence text not null,
    check (target_kind in ('change_request', 'commit', 'branch', 'main_branch', 'unattributed')),
    check (outcome in ('landed', 'open', 'thrown_away', 'unknown')),
    check (cost_evidence in ('verified', 'human', 'inferred')),
    check (evidence in ('verified', 'inferred'))
);
comment on table request_attributions is 'One row per billed request and target: the rows of the view request_targets, written anew by every run that writes the warehouse. Key: source, request_key, part.';
comment on column request_attributions.source is 'billed_requests.source.';
comment on column request_attributions.request_key is 'billed_requests.request_key.';
comment on column request_attributions.part is '1 for the first target of the request.';
comment on column request_attributions.requested_at is 'Time of the request, UTC.';
comment on column request_attributions.sprint is 'Sprint; NULL: outside all of them.';
comment on column request_attributions.sprint_method is 'tag (it names a sprint of the plan, and wins), time (sprints are half-open); NULL: outside.';
comment on column request_attributions.session_source is 'Source of the session; NULL: none known.';
comment on column request_attributions.session_id is 'Session; NULL: none known.';
comment on column request_attributions.session_type is 'Tag session_type; NULL: not tagged.';
comment on column request_attributions.feature is 'Tag feature; NULL: not tagged.';
comment on column request_attributions.repo is 'Repository (repos.repo); NULL: unknown.';
comment on column request_attributions.branch is 'Branch that was checked out, else the tag branch; NULL: unknown.';
comment on column request_attributions.commit_sha is 'Commit that it led to; NULL: none known.';
comment on column request_attributions.commit_method is 'trailer, own_commit, line_share; NULL: no commit.';
comment on column request_attributions.pr_number is 'Pull request; NULL: none known.';
comment on column request_attributions.pr_method is 'link (the session names it on this branch), commit (the commit is in it), branch (it comes from this branch); NULL: no pull request.';
comment on column request_attributions.target_kind is 'change_request, commit (without a pull request), branch (without one), main_branch, unattributed.';
comment on column request_attributions.outcome is 'landed, open, thrown_away, unknown (also for main_branch and unattributed).';
comment on column request_attributions.theme is 'Theme, or uncategorized.';
comment on column request_attributions.theme_method is 'tag (feature), commit, pull_request, branch; NULL: uncategorized.';
comment on column request_attributions.theme_rule is 'Rule that decided; NULL: uncategorized, or several commits of a pull request did.';
comment on column request_attributions.work_type is 'Type of the commit, else the one that most commits of its pull request have; else unknown.';
comment on column request_attributions.model is 'gateway_requests.model, as written.';
comment on column request_attributions.input_tokens is 'Input tokens of the whole request, of all kinds, cached ones included, as far as they are known; NULL: none is.';
comment on column request_attributions.output_tokens is 'Output tokens of the whole request, reasoning included; NULL: unknown.';
comment on column request_attributions.request_share is 'Part of the request that counts here, 0 to 1.';
comment on column request_attributions.cost_usd is 'That part of billed_requests.cost_usd; the parts sum to it to the last digit; NULL: unknown.';
comment on column request_attributions.cost_evidence is 'billed_requests.cost_evidence: how its cost is known; NULL: it is unknown.';
comment on column request_attributions.evidence is 'verified (nothing but the log, time and the main branch), else inferred.';
