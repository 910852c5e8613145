-- Who took part in writing the sprint's commits: agents, bots, people, or nobody can tell?
-- One row per kind that occurs, most commits first, unknown last; they sum to the sprint's commits.
--
-- author_kind: agent (wrote at least a part), bot (is the author), human (something says that no agent took part), unknown
-- commit_count: commits, merges included
-- merge_count: merges among them
-- commit_share: part of the sprint's commits, 0 to 1
-- evidence: how the kind is known, weakest among its commits
--
-- Left out: nothing. A commit without a mark is unknown: most tools can be told to leave none.
-- Evidence: inferred
-- Coverage: authors
with attributed as (
    select
        coalesce(commit_attribution.author_kind, 'unknown') as author_kind,
        coalesce(commit_attribution.evidence, 'inferred') as evidence,
        sprint_commits.is_merge
    from sprint_commits
    left join commit_attribution
        on commit_attribution.repo = sprint_commits.repo and commit_attribution.commit_sha = sprint_commits.commit_sha
    where sprint_commits.sprint = $sprint
),

counts as (
    select
        author_kind,
        count(*) as commit_count,
        count(*) filter (where is_merge) as merge_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else min(evidence) end as evidence
    from attributed
    group by all
),

totals as (
    select sum(commit_count)::bigint as total_count
    from counts
)

select
    counts.author_kind,
    counts.commit_count,
    counts.merge_count,
    1::double * counts.commit_count / nullif(totals.total_count, 0) as commit_share,
    counts.evidence
from counts
cross join totals
order by
    case when counts.author_kind = 'unknown' then 1 else 0 end,
    counts.commit_count desc,
    counts.author_kind
