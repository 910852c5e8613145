-- How far did each pull request get in review, and when did its clock start?
-- One row per pull request that a forge tells of, reviewed or not.
--
-- repo: repository
-- pr_number: pull request
-- source: the forge
-- state: merged, open, closed; NULL: unknown
-- author_hash: who opened it; NULL: unknown, or the account was deleted
-- author_kind: human, agent, bot or unknown
-- author_agent: the coding agent that opened it; NULL: none, or not told
-- opened_at: UTC; NULL: unknown
-- clock_started_at: when it was ready for review: the last time it was marked so before the first human look, else opened_at
-- first_human_at: first review or comment that counts by a human; NULL: none
-- first_agent_at: first review or comment that counts by an AI reviewer; NULL: none
-- first_approval_at: first approval that counts by a human, later dismissed ones included; NULL: none
-- first_rejection_at: first request for changes that counts by a human, later dismissed ones included; NULL: none
-- merged_at: UTC; NULL: not merged
-- closed_at: UTC; NULL: open, or unknown
-- round_count: distinct heads with a review by somebody else; NULL: reviews without a known head, or not told
-- human_review_count: reviews that count by humans; NULL: its reviews were not among what was read
-- agent_review_count: reviews that count by AI reviewers; NULL likewise
-- bot_review_count: reviews that count by other bots; NULL likewise
-- unknown_review_count: reviews by accounts of which nobody can tell; NULL likewise
-- human_comment_count: comments that count by humans; NULL: its comments were not among what was read
-- agent_comment_count: comments that count by AI reviewers; NULL likewise
-- is_self_merged: true when its author merged it; NULL: not merged, or one of the two is unknown
-- has_reviews: true when its reviews were among what was read; NULL: not told
-- has_threads: true when its inline comments were among what was read; NULL: not told
-- has_timeline: true when its timeline was among what was read; else clock_started_at passes over drafts; NULL: not told
--
-- Left out: repositories that retro.toml no longer names, and pull requests that only git tells of.
-- Evidence: verified
with records as (
    select pull_request_records.*
    from pull_request_records
    inner join repos on repos.repo = pull_request_records.repo and repos.is_configured
    where pull_request_records.source <> 'git'
),

reviews as (
    select
        source,
        repo,
        pr_number,
        min(submitted_at) filter (where is_counted and author_kind = 'human') as first_human_at,
        min(submitted_at) filter (where is_counted and author_kind = 'agent') as first_agent_at,
        min(submitted_at) filter (where is_counted and author_kind = 'human' and state = 'approved') as first_approval_at,
        min(submitted_at)
            filter (where is_counted and author_kind = 'human' and state = 'changes_requested') as first_rejection_at,
        count(distinct round) as round_count,
        count(*) filter (where is_counted and author_kind = 'human') as human_review_count,
        count(*) filter (where is_counted and author_kind = 'agent') as agent_review_count,
        count(*) filter (where is_counted and author_kind = 'bot') as bot_review_count,
        count(*) filter (where author_kind = 'unknown') as unknown_review_count,
        bool_or(is_counted and round is null) as has_unknown_round
    from pull_request_reviews
    group by all
),

comments as (
    select
        source,
        repo,
        pr_number,
        min(created_at) filter (where is_counted and author_kind = 'human') as first_human_at,
        min(created_at) filter (where is_counted and author_kind = 'agent') as first_agent_at,
        count(*) filter (where is_counted and author_kind = 'human') as human_comment_count,
        count(*) filter (where is_counted and author_kind = 'agent') as agent_comment_count
    from pull_request_comments
    group by all
),

looked_at as (
    select
        records.*,
        least(reviews.first_human_at, comments.first_human_at) as first_human_at,
        least(reviews.first_agent_at, comments.first_agent_at) as first_agent_at,
        reviews.* exclude (source, repo, pr_number, first_human_at, first_agent_at),
        comments.human_comment_count,
        comments.agent_comment_count
    from records
    left join reviews
        on reviews.source = records.source and reviews.repo = records.repo and reviews.pr_number = records.pr_number
    left join comments
        on comments.source = records.source and comments.repo = records.repo and comments.pr_number = records.pr_number
),

ready as (
    select
        looked_at.source,
        looked_at.repo,
        looked_at.pr_number,
        max(events.occurred_at) as ready_at
    from looked_at
    inner join pull_request_events as events
        on events.source = looked_at.source and events.repo = looked_at.repo and events.pr_number = looked_at.pr_number
        and events.kind = 'ready_for_review'
        and events.occurred_at
        <= coalesce(looked_at.first_human_at, looked_at.merged_at, looked_at.closed_at, 'infinity'::timestamptz)
    group by all
)

select
    looked_at.repo,
    looked_at.pr_number,
    looked_at.source,
    looked_at.state,
    looked_at.author_hash,
    looked_at.author_kind,
    looked_at.author_agent,
    looked_at.opened_at,
    greatest(looked_at.opened_at, ready.ready_at) as clock_started_at,
    looked_at.first_human_at,
    looked_at.first_agent_at,
    looked_at.first_approval_at,
    looked_at.first_rejection_at,
    looked_at.merged_at,
    looked_at.closed_at,
    case
        when looked_at.has_reviews and not coalesce(looked_at.has_unknown_round, false)
            then coalesce(looked_at.round_count, 0)
    end as round_count,
    case when looked_at.has_reviews then coalesce(looked_at.human_review_count, 0) end as human_review_count,
    case when looked_at.has_reviews then coalesce(looked_at.agent_review_count, 0) end as agent_review_count,
    case when looked_at.has_reviews then coalesce(looked_at.bot_review_count, 0) end as bot_review_count,
    case when looked_at.has_reviews then coalesce(looked_at.unknown_review_count, 0) end as unknown_review_count,
    case
        when looked_at.human_comment_count is not null or looked_at.has_threads
            then coalesce(looked_at.human_comment_count, 0)
    end as human_comment_count,
    case
        when looked_at.agent_comment_count is not null or looked_at.has_threads
            then coalesce(looked_at.agent_comment_count, 0)
    end as agent_comment_count,
    case when looked_at.state = 'merged' then looked_at.author_hash = looked_at.merger_hash end as is_self_merged,
    looked_at.has_reviews,
    looked_at.has_threads,
    looked_at.has_timeline
from looked_at
left join ready
    on ready.source = looked_at.source and ready.repo = looked_at.repo and ready.pr_number = looked_at.pr_number
