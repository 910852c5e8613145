-- How deep did reviews go?
-- One row per measure; none without a pull request.
--
-- measure: review rounds (distinct heads that somebody else reviewed), comments by people, comments by AI reviewers, commits after the first review
-- pull_request_count: pull requests of which it is known
-- unknown_count: pull requests of which it is not known
-- total_count: sum
-- mean_ratio: total_count by pull_request_count, in thousandths
-- most_count: largest of one pull request
-- none_count: pull requests with none
-- evidence: verified, or inferred for the commits
--
-- Left out: pull requests that only git tells of, and those still open.
-- Evidence: inferred
with pulls as (
    select * from sprint_pull_requests where sprint = $sprint
),

measures as (
    select 1 as place, 'review rounds' as measure, round_count as amount, 'verified' as evidence from pulls
    union all
    select 2, 'comments by people', human_comment_count, 'verified' from pulls
    union all
    select 3, 'comments by AI reviewers', agent_comment_count, 'verified' from pulls
    union all
    select 4, 'commits after the first review', case when is_seen or is_seen_by_agent then answer_commit_count end, 'inferred' from pulls
)

select
    measure,
    count(amount) as pull_request_count,
    count(*) - count(amount) as unknown_count,
    coalesce(sum(amount), 0)::bigint as total_count,
    round(avg(amount), 3) as mean_ratio,
    max(amount) as most_count,
    count(*) filter (where amount = 0) as none_count,
    evidence
from measures
group by place, measure, evidence
order by place
