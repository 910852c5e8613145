-- Which bugs did each sprint's commits fix, and which change most probably brought each of them in?
-- One row per sprint and bug fix that landed; a fix that landed more than once counts once.
--
-- sprint: id of the sprint of the fix
-- repo: repository
-- fix_sha: commit that fixed the bug
-- fix_subject: first line of its message
-- fix_evidence: what says that it fixes a bug (commit_kinds.bug_fix_evidence)
-- fixed_at: when the fix landed, UTC; NULL: no readable time
-- is_judged: true when its origin was looked for
-- origin_sha: commit that most probably brought the bug in, the one that stands for its change; NULL: see reason
-- origin_subject: first line of its message; NULL: no origin, or not part of the history
-- origin_sprint: sprint of that commit; NULL: no origin, or in no sprint
-- origin_pr_number: pull request that it landed with, the first of several; NULL: none is known
-- origin_author_kind: agent, bot, human or unknown; NULL: no origin
-- origin_agent: coding agent that took part in writing it; NULL: none is named
-- introduced_at: author time of the origin, UTC; NULL: unknown
-- origin_landed_at: when the origin landed, UTC; NULL: unknown
-- introduction_to_fix_days: days from introduced_at to fixed_at, an upper bound of the time to detection; NULL: unknown, or less than 0 by a wrong clock
-- landing_to_fix_days: days from origin_landed_at to fixed_at, 0 when both landed together; NULL: as above
-- method: revert, named, named pull request or blame; NULL: no origin
-- tier: explicit, high, medium or low: how far to trust the origin; NULL: no origin
-- confidence: measured share of right origins of the tier, 0 to 1; NULL: explicit, or no origin
-- reason: why there is no origin; NULL: there is one, or it was not looked for
-- evidence: how the origin is known
--
-- Left out: commits that fix no bug; those that are no part of a sprint (sprint_commits).
-- Kept: many metrics read it
-- Evidence: inferred
with changes as (
    select
        repo,
        commit_sha,
        canonical_sha
    from change_identities
    where relation <> 'original'
),

fixes as (
    select
        sprint_commits.sprint,
        sprint_commits.repo,
        sprint_commits.commit_sha as fix_sha,
        sprint_commits.subject as fix_subject,
        commit_kinds.bug_fix_evidence as fix_evidence,
        coalesce(commits.landed_at, commits.committed_at) as fixed_at,
        bug_origins.fix_sha is not null as is_judged,
        coalesce(changes.canonical_sha, bug_origins.origin_sha) as origin_sha,
        bug_origins.method,
        bug_origins.tier,
        bug_origins.confidence,
        bug_origins.reason
    from sprint_commits
    inner join commit_kinds
        on commit_kinds.repo = sprint_commits.repo and commit_kinds.commit_sha = sprint_commits.commit_sha
    inner join commits
        on commits.repo = sprint_commits.repo and commits.commit_sha = sprint_commits.commit_sha
    left join bug_origins
        on bug_origins.repo = sprint_commits.repo and bug_origins.fix_sha = sprint_commits.commit_sha
    left join changes
        on changes.repo = bug_origins.repo and changes.commit_sha = bug_origins.origin_sha
    where commit_kinds.bug_fix_evidence is not null
),

dated as (
    select
        fixes.*,
        origins.subject as origin_subject,
        origins.authored_at as introduced_at,
        origins.landed_at as origin_landed_at,
        (epoch(fixes.fixed_at) - epoch(origins.authored_at)) / 86400 as introduction_to_fix_days,
        (epoch(fixes.fixed_at) - epoch(origins.landed_at)) / 86400 as landing_to_fix_days
    from fixes
    left join commits as origins on origins.repo = fixes.repo and origins.commit_sha = fixes.origin_sha
)

select
    dated.sprint,
    dated.repo,
    dated.fix_sha,
    dated.fix_subject,
    dated.fix_evidence,
    dated.fixed_at,
    dated.is_judged,
    dated.origin_sha,
    dated.origin_subject,
    origin_sprints.sprint as origin_sprint,
    origin_pull_requests.pr_number as origin_pr_number,
    case when dated.origin_sha is not null then coalesce(commit_attribution.author_kind, 'unknown') end as origin_author_kind,
    commit_attribution.agent as origin_agent,
    dated.introduced_at,
    dated.origin_landed_at,
    case when dated.introduction_to_fix_days >= 0 then dated.introduction_to_fix_days end as introduction_to_fix_days,
    case when dated.landing_to_fix_days >= 0 then dated.landing_to_fix_days end as landing_to_fix_days,
    dated.method,
    dated.tier,
    dated.confidence,
    dated.reason,
    'inferred' as evidence
from dated
left join sprint_commits as origin_sprints
    on origin_sprints.repo = dated.repo and origin_sprints.commit_sha = dated.origin_sha
left join landing_pull_requests as origin_pull_requests
    on origin_pull_requests.repo = dated.repo and origin_pull_requests.commit_sha = dated.origin_sha
left join commit_attribution
    on commit_attribution.repo = dated.repo and commit_attribution.commit_sha = dated.origin_sha
