-- Which bugs did review catch before they were merged?
-- One row per finding of a review whose words name a fault: security, type, logic or a duplicate import.
--
-- repo: repository
-- pr_number: pull request
-- finding_key: what tells the finding apart (findings)
-- kind: security, type, logic or duplicate import
-- finder_kind: who found it: human, agent, bot or unknown
-- sprint: sprint in which the pull request ended
-- theme: theme of the change
-- size_class: own lines when first reviewed
-- author_kind: who opened the pull request: agent, bot, human or unknown
-- writer_kind: who wrote its commits: agent where an agent wrote any, else what all of them are, else unknown
-- evidence: inferred: rules over comment, file and change
--
-- Left out: findings about tests, documentation and style, and those whose words name no fault; pull requests that were not merged.
-- Kept: many metrics read it
-- Evidence: inferred
select
    findings.repo,
    findings.pr_number,
    findings.finding_key,
    findings.kind,
    coalesce(findings.finder_kind, 'unknown') as finder_kind,
    pulls.sprint,
    pulls.theme,
    pulls.size_class,
    coalesce(pulls.author_kind, 'unknown') as author_kind,
    coalesce(writers.author_kind, landed.author_kind, 'unknown') as writer_kind,
    'inferred' as evidence
from findings
inner join sprint_pull_requests as pulls
    on pulls.repo = findings.repo and pulls.pr_number = findings.pr_number and pulls.state = 'merged'
left join pull_request_writers as writers
    on writers.repo = findings.repo and writers.pr_number = findings.pr_number
left join pull_requests
    on pull_requests.repo = findings.repo and pull_requests.pr_number = findings.pr_number
left join commit_attribution as landed
    on landed.repo = findings.repo and landed.commit_sha = pull_requests.merged_sha
where findings.rule = 'review flag' and findings.kind in ('security', 'type', 'logic', 'duplicate import')
