-- Which coding agents took part in the sprint's commits, and what says so?
-- One row per agent, most commits first, agents that no mark names last.
--
-- agent: tool, or not named
-- commit_count: commits in whose writing it took part, merges included
-- note_commit_count: those that a recorder's note, or the team's rule, says it of
-- author_commit_count: those whose author it is
-- message_commit_count: those whose message says it, in a trailer or a line
-- evidence: how it is known, weakest among its commits
--
-- Left out: agents beside the one that the strongest mark names; commits without a mark.
-- Evidence: inferred
-- Coverage: authors
with attributed as (
    select
        coalesce(commit_attribution.agent, 'not named') as agent,
        commit_attribution.method,
        commit_attribution.evidence
    from sprint_commits
    inner join commit_attribution
        on commit_attribution.repo = sprint_commits.repo and commit_attribution.commit_sha = sprint_commits.commit_sha
    where sprint_commits.sprint = $sprint and commit_attribution.author_kind = 'agent'
),

counts as (
    select
        agent,
        count(*) as commit_count,
        count(*) filter (where method in ('note', 'team')) as note_commit_count,
        count(*) filter (where method = 'author') as author_commit_count,
        count(*) filter (where method in ('trailer', 'text')) as message_commit_count,
        case when count(*) filter (where evidence = 'inferred') > 0 then 'inferred' else min(evidence) end as evidence
    from attributed
    group by all
)

select
    agent,
    commit_count,
    note_commit_count,
    author_commit_count,
    message_commit_count,
    evidence
from counts
order by
    case when agent = 'not named' then 1 else 0 end,
    commit_count desc,
    agent
