-- Which bugs did the sprint fix, and which change most probably brought each of them in?
-- One row per bug fix that landed in the sprint, the most trusted origins first.
--
-- repo: repository
-- fix_sha: commit that fixed the bug
-- fix_subject: first line of its message
-- fixed_at: when it landed, UTC; NULL: no readable time
-- origin_sha: commit that most probably brought the bug in; NULL: see reason
-- origin_subject: first line of its message; NULL: no origin, or not part of the history
-- origin_sprint: sprint of that commit; NULL: no origin, or in no sprint
-- origin_pr_number: pull request that it landed with; NULL: none is known
-- origin_author_kind: agent, bot, human or unknown; NULL: no origin
-- introduction_to_fix_days: days from the origin's author time to the landing of the fix: the bug was noticed in that time, so an upper bound of the time to detection; NULL: unknown
-- method: revert, named, named pull request or blame; NULL: no origin
-- tier: explicit, high, medium or low; NULL: no origin
-- confidence: measured share of right origins of the tier, 0 to 1; NULL: explicit, or no origin
-- reason: why there is no origin; NULL: there is one
-- evidence: how the origin is known
--
-- Left out: nothing; which commits fix a bug is told by commit_kinds, with errors of its own.
-- Evidence: inferred
-- Source: Sliwerski, Zimmermann and Zeller 2005 (doi.org/10.1145/1082983.1083147), most recent commit as in Rosa et al. 2021 (arXiv 2102.03300)
select
    repo,
    fix_sha,
    fix_subject,
    fixed_at,
    origin_sha,
    origin_subject,
    origin_sprint,
    origin_pr_number,
    origin_author_kind,
    introduction_to_fix_days,
    method,
    tier,
    confidence,
    case when is_judged then reason else 'not looked for yet' end as reason,
    evidence
from sprint_bug_fixes
where sprint = $sprint
order by
    case tier when 'explicit' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end,
    fixed_at,
    repo,
    fix_sha
