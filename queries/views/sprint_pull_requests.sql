-- Which pull requests ended in which sprint, how were they reviewed, and where did their time go?
-- One row per pull request that a forge tells of and that was merged or closed within a sprint.
--
-- sprint: id of the sprint in which it ended
-- repo: repository
-- pr_number: pull request
-- title: as on the forge; NULL: unknown
-- state: merged or closed (without being merged)
-- theme: theme of the commit that landed it, or uncategorized
-- author_kind: human, agent, bot or unknown
-- author_agent: the coding agent that opened it; NULL: none, or not told
-- opened_at: UTC; NULL: unknown
-- ended_at: when it was merged or closed, UTC
-- own_lines: lines added and deleted when it was first reviewed, without generated, vendored and lock files; NULL: unknown
-- size_class: up to 50, 51 to 200, 201 to 400, over 400 of these lines, or unknown
-- concern_count: things that it is about; NULL: unknown
-- first_human_at: first review or comment that counts by a human; NULL: none
-- first_agent_at: likewise by an AI reviewer; NULL: none
-- first_rejection_at: first request for changes by a human; NULL: none
-- last_approval_at: last approval by a human; NULL: none
-- is_seen: true when a human looked at it before the end; NULL: its reviews are not known, or only accounts of which nobody can tell gave one
-- is_seen_by_agent: true when an AI reviewer looked at it; NULL: its reviews are not known
-- is_rejected: true when a human asked for changes; NULL as for is_seen
-- is_approved_later: true when a human approved it after that; NULL: not rejected, or unknown
-- is_first_pass: true when it was merged as it was first seen: no request for changes, no commit after the first review; NULL: not merged, not seen, or unknown
-- is_unreviewed_merge: true when it was merged without a look by a human; NULL: not merged, or unknown
-- is_self_merged: true when its author merged it; NULL: not merged, or unknown
-- is_rubber_stamp: true when it was approved without a comment, within the greater of two minutes and an hour per 1,000 own lines after the last request or start of the clock; NULL: not approved, or unknown
-- round_count: distinct heads with a review by somebody else; NULL: unknown
-- human_comment_count: comments by humans; NULL: unknown
-- agent_comment_count: comments by AI reviewers; NULL: unknown
-- answer_commit_count: commits after the first review; NULL: unknown
-- total_hours: from opened to ended; NULL: unknown
-- draft_hours: part of total_hours until it was ready for review; NULL, like the other parts: opened_at or is_seen is unknown
-- pickup_hours: part from then to the first look by a human, or to the end when none came
-- review_hours: part from the first look to the last approval, or to the end when none came
-- merge_hours: part from the last approval to the end
-- evidence: verified, or inferred where its scope comes from rules
--
-- The four parts sum to total_hours. A look while it was a draft counts from the moment when it was ready.
-- Left out: pull requests that only git tells of, and those still open.
-- Kept: many metrics read it
-- Evidence: inferred
with ended as (
    select
        sprints.sprint,
        reviewed.*,
        pulls.title,
        pulls.merged_sha,
        coalesce(reviewed.merged_at, reviewed.closed_at) as ended_at
    from reviewed_pull_requests as reviewed
    inner join pull_requests as pulls
        on pulls.repo = reviewed.repo and pulls.pr_number = reviewed.pr_number and pulls.source = reviewed.source
    inner join sprints
        on coalesce(reviewed.merged_at, reviewed.closed_at) >= sprints.starts_at
        and coalesce(reviewed.merged_at, reviewed.closed_at) < sprints.ends_at
    where reviewed.state in ('merged', 'closed')
),

approvals as (
    select
        source,
        repo,
        pr_number,
        max(submitted_at) as last_approval_at,
        count(*) filter (where state <> 'approved' or character_count > 0) as other_review_count
    from pull_request_reviews
    where is_counted and author_kind = 'human'
    group by all
),

requests as (
    select
        events.source,
        events.repo,
        events.pr_number,
        max(events.occurred_at) as requested_at
    from pull_request_events as events
    inner join ended on ended.source = events.source and ended.repo = events.repo and ended.pr_number = events.pr_number
    where events.kind = 'review_requested' and events.occurred_at <= ended.first_approval_at
    group by all
),

last_approvals as (
    select
        source,
        repo,
        pr_number,
        max(submitted_at) as last_approval_at
    from pull_request_reviews
    where is_counted and author_kind = 'human' and state = 'approved'
    group by all
),

judged as (
    select
        ended.*,
        coalesce(kinds.theme, 'uncategorized') as theme,
        scopes.code_lines + scopes.test_lines + scopes.other_lines as own_lines,
        len(scopes.concerns)::bigint as concern_count,
        scopes.answer_commit_count,
        case when ended.has_timeline then greatest(requests.requested_at, ended.clock_started_at) end as requested_at,
        last_approvals.last_approval_at,
        coalesce(approvals.other_review_count, 0) + coalesce(ended.human_comment_count, 0) as remark_count,
        case
            when ended.first_human_at is not null then true
            when ended.has_reviews and ended.unknown_review_count = 0 then false
        end as is_seen
    from ended
    left join pull_request_scopes as scopes on scopes.repo = ended.repo and scopes.pr_number = ended.pr_number
    left join commit_kinds as kinds on kinds.repo = ended.repo and kinds.commit_sha = ended.merged_sha
    left join approvals
        on approvals.source = ended.source and approvals.repo = ended.repo and approvals.pr_number = ended.pr_number
    left join requests
        on requests.source = ended.source and requests.repo = ended.repo and requests.pr_number = ended.pr_number
    left join last_approvals
        on last_approvals.source = ended.source and last_approvals.repo = ended.repo
        and last_approvals.pr_number = ended.pr_number
),

-- Each mark lies between the one before it and the end, so that the parts between them sum up.
marked as (
    select
        *,
        least(greatest(clock_started_at, opened_at), ended_at) as ready_at,
        least(greatest(coalesce(first_human_at, ended_at), clock_started_at, opened_at), ended_at) as seen_at
    from judged
),

finished as (
    select
        *,
        case
            when first_human_at is null then ended_at
            else least(greatest(coalesce(last_approval_at, ended_at), seen_at), ended_at)
        end as approved_at
    from marked
)

select
    sprint,
    repo,
    pr_number,
    title,
    state,
    theme,
    author_kind,
    author_agent,
    opened_at,
    ended_at,
    own_lines,
    case
        when own_lines <= 50 then 'up to 50'
        when own_lines <= 200 then '51 to 200'
        when own_lines <= 400 then '201 to 400'
        when own_lines > 400 then 'over 400'
        else 'unknown'
    end as size_class,
    concern_count,
    first_human_at,
    first_agent_at,
    first_rejection_at,
    last_approval_at,
    is_seen,
    case when first_agent_at is not null then true when has_reviews then false end as is_seen_by_agent,
    case when first_rejection_at is not null then true when is_seen is not null and has_reviews then false end as is_rejected,
    case when first_rejection_at is not null then coalesce(last_approval_at > first_rejection_at, false) end as is_approved_later,
    case
        when state = 'merged' and is_seen and has_reviews
            then case when first_rejection_at is not null then false else answer_commit_count = 0 end
    end as is_first_pass,
    case when state = 'merged' then not is_seen end as is_unreviewed_merge,
    is_self_merged,
    case
        when first_approval_at is not null and requested_at is not null and own_lines is not null
            and human_comment_count is not null
            then remark_count = 0 and epoch(first_approval_at) - epoch(requested_at) <= greatest(120, own_lines * 3.6)
    end as is_rubber_stamp,
    round_count,
    human_comment_count,
    agent_comment_count,
    answer_commit_count,
    (epoch(ended_at) - epoch(opened_at)) / 3600 as total_hours,
    case when opened_at is not null and is_seen is not null then (epoch(ready_at) - epoch(opened_at)) / 3600 end as draft_hours,
    case when opened_at is not null and is_seen is not null then (epoch(seen_at) - epoch(ready_at)) / 3600 end as pickup_hours,
    case when opened_at is not null and is_seen is not null then (epoch(approved_at) - epoch(seen_at)) / 3600 end as review_hours,
    case when opened_at is not null and is_seen is not null then (epoch(ended_at) - epoch(approved_at)) / 3600 end as merge_hours,
    case when own_lines is null then 'verified' else 'inferred' end as evidence
from finished
