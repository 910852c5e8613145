create table pull_request_events (
    source text not null,
    repo text not null,
    pr_number bigint not null,
    event_key text not null,
    kind text not null,
    occurred_at timestamptz,
    actor_hash text,
    actor_kind text not null,
    actor_agent text,
    subject_hash text,
    subject_kind text,
    commit_sha text,
    review_id text,
    check (kind in (
        'opened', 'closed', 'reopened', 'merged', 'drafted', 'ready_for_review', 'review_requested', 'review_request_removed',
        'review_dismissed', 'force_pushed', 'pushed'
    )),
    check (actor_kind in ('human', 'agent', 'bot', 'unknown')),
    check (subject_kind in ('human', 'agent', 'bot', 'unknown'))
);
comment on table pull_request_events is 'One row per event of a pull request''s timeline that its review is judged by. Key: source, repo, pr_number, event_key.';
comment on column pull_request_events.source is 'The forge: github, gitlab.';
comment on column pull_request_events.repo is 'Repository (repos.repo).';
comment on column pull_request_events.pr_number is 'Pull request (pull_request_records.pr_number).';
comment on column pull_request_events.event_key is 'The forge''s id of the event, else kind and time.';
comment on column pull_request_events.kind is 'opened, closed, reopened, merged, drafted, ready_for_review, review_requested, review_request_removed, review_dismissed, force_pushed, pushed.';
comment on column pull_request_events.occurred_at is 'UTC; NULL: unreadable.';
comment on column pull_request_events.actor_hash is 'Keyed hash of the account that did it; NULL: not told, or the account was deleted.';
comment on column pull_request_events.actor_kind is 'human, agent, bot or unknown, by the account''s type, the marks of known tools and the team''s own list.';
comment on column pull_request_events.actor_agent is 'Coding agent that the account belongs to; NULL: none, or not told.';
comment on column pull_request_events.subject_hash is 'Keyed hash of the account that was asked for a review or no longer is; NULL otherwise, or a team.';
comment on column pull_request_events.subject_kind is 'As actor_kind; NULL without a subject.';
comment on column pull_request_events.commit_sha is 'Head after a push; NULL otherwise, or not told.';
comment on column pull_request_events.review_id is 'Review that was dismissed (pr_reviews.review_id); NULL otherwise, or not told.';
