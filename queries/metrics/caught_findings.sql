-- What did review catch before it was merged?
-- One row per kind of finding, most first.
--
-- kind: duplicate import, security, type, logic, test, documentation, style or other, by the reviewer's words, else by the file
-- finding_count: comments on a file or line that a later commit of the same pull request changed
-- human_finding_count: those by people
-- agent_finding_count: those by AI reviewers
-- pull_request_count: pull requests with one
-- error_count: those of a kind that breaks something (security, type, logic)
-- median_hours: median time from the comment to the commit that changed it, in hundredths; NULL: unknown
-- evidence: inferred: rules over comment, file and change
--
-- Counted in the sprint in which the pull request ended. What was asked for in a review's own text, without a line, is not
-- among them: see rejected_change_requests.
-- Left out: comments that no commit followed, those by the author, and those after the end.
-- Evidence: inferred
select
    findings.kind,
    count(*) as finding_count,
    count(*) filter (where findings.finder_kind = 'human') as human_finding_count,
    count(*) filter (where findings.finder_kind = 'agent') as agent_finding_count,
    count(distinct findings.repo || ' ' || findings.pr_number) as pull_request_count,
    count(*) filter (where findings.severity = 'error') as error_count,
    round(quantile_cont((epoch(findings.resolved_at) - epoch(findings.found_at)) / 3600, 0.5), 2) as median_hours,
    'inferred' as evidence
from findings
inner join sprint_pull_requests as pulls on pulls.repo = findings.repo and pulls.pr_number = findings.pr_number
where pulls.sprint = $sprint and findings.rule = 'review flag'
group by findings.kind
order by finding_count desc, findings.kind
