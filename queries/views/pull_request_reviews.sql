-- Which reviews were given, by whom, and which of them count?
-- One row per review of a pull request that a forge tells of.
--
-- repo: repository
-- pr_number: pull request
-- source: the forge
-- review_id: review
-- author_hash: reviewer; NULL: unknown, or the account was deleted
-- author_kind: human, agent (an AI reviewer), bot or unknown
-- author_agent: the AI reviewer; NULL: none, or not told
-- state: what the reviewer said: approved, changes_requested, commented; NULL: not known any more
-- is_dismissed: true when it was dismissed or taken back later
-- submitted_at: UTC; NULL: unknown
-- commit_sha: head of the pull request when it was reviewed; NULL: unknown
-- is_self: true when the author of the pull request reviewed it; NULL: one of the two is unknown
-- is_after_end: true when it came after the merge, or after the close of one that was not merged; NULL: unknown
-- is_counted: true when somebody else gave it before the end; one of which this is unknown does not count
-- round: 1 for the reviews that count of the first reviewed head, 2 of the second ...; NULL: not counted, or no head known
-- character_count: characters of its text; NULL: not told
-- finding_kinds: kinds of finding that its words name; NULL: not told
--
-- Left out: repositories that retro.toml no longer names. On GitLab, which names no head, a head is what stood between two pushes.
-- Evidence: verified
with judged as (
    select
        reviews.*,
        reviews.author_hash = records.author_hash as is_self,
        reviews.submitted_at > coalesce(records.merged_at, records.closed_at, 'infinity'::timestamptz) as is_after_end,
        coalesce(
            reviews.commit_sha,
            case
                when reviews.source = 'gitlab' and records.has_timeline
                    then (
                        select count(*)
                        from pull_request_events as pushes
                        where pushes.source = reviews.source and pushes.repo = reviews.repo
                            and pushes.pr_number = reviews.pr_number and pushes.kind = 'pushed'
                            and pushes.occurred_at <= reviews.submitted_at
                    )::text
            end
        ) as head
    from pr_reviews as reviews
    inner join repos on repos.repo = reviews.repo and repos.is_configured
    left join pull_request_records as records
        on records.source = reviews.source and records.repo = reviews.repo and records.pr_number = reviews.pr_number
),

counted as (
    select
        *,
        coalesce(not is_self and not is_after_end, false) as is_counted
    from judged
),

heads as (
    select
        *,
        case
            when is_counted and head is not null
                then min(submitted_at) over (partition by source, repo, pr_number, is_counted, head)
        end as head_reviewed_at
    from counted
)

select
    repo,
    pr_number,
    source,
    review_id,
    author_hash,
    author_kind,
    author_agent,
    state,
    is_dismissed,
    submitted_at,
    commit_sha,
    is_self,
    is_after_end,
    is_counted,
    case
        when head_reviewed_at is not null
            then dense_rank() over (
                partition by source, repo, pr_number, head_reviewed_at is null
                order by head_reviewed_at, head
            )
    end as round,
    character_count,
    finding_kinds
from heads
