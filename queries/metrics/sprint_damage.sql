-- What was broken or repaired in the sprint?
-- One row per damage that was written, landed or was repaired in the sprint, the worst first, then in the order of landing.
--
-- rule: what is wrong
-- kind: language, or what it is about
-- repo: repository
-- path: file; NULL: the whole tree
-- line: line in it; NULL: the whole file
-- detail: what was found, in words
-- severity: error, warning or note
-- commit_sha: commit that brought it
-- is_merge: true when that commit is a merge
-- merged_ref: branch that was merged; NULL: no merge, or not told
-- into_ref: branch that it was merged into; NULL likewise
-- pr_number: pull request; NULL: none, or not told
-- introduced_at: when it was written, UTC
-- landed_at: when it came to the default branch, UTC; NULL: it never did
-- resolved_sha: commit that repaired it; NULL: none yet
-- resolved_at: when that one was made, UTC
-- status: open, repaired, or repaired before landing
-- repair_hours: from landing (or, when it never landed, from writing) to the repair: an upper bound of the time to detection
-- repair_added_lines: lines that the repair added to the file; NULL: unknown
-- repair_deleted_lines: lines that it deleted; NULL: unknown
-- confidence: lower end of the measured precision, 0 to 1; NULL: not measured
--
-- Left out: what no rule looks at; files that could not be judged (damage_checks).
-- Evidence: inferred
select
    damage.rule,
    damage.kind,
    damage.repo,
    damage.path,
    damage.line,
    damage.detail,
    damage.severity,
    damage.commit_sha,
    damage.is_merge,
    damage.merged_ref,
    damage.into_ref,
    damage.pr_number,
    damage.introduced_at,
    damage.landed_at,
    damage.resolved_sha,
    damage.resolved_at,
    damage.status,
    damage.repair_hours,
    damage.repair_added_lines,
    damage.repair_deleted_lines,
    damage.confidence
from damage
inner join sprints on sprints.sprint = $sprint
where
    (damage.introduced_at >= sprints.starts_at and damage.introduced_at < sprints.ends_at)
    or (damage.landed_at >= sprints.starts_at and damage.landed_at < sprints.ends_at)
    or (damage.resolved_at >= sprints.starts_at and damage.resolved_at < sprints.ends_at)
order by
    case damage.severity when 'error' then 1 when 'warning' then 2 else 3 end,
    coalesce(damage.landed_at, damage.introduced_at),
    damage.repo,
    damage.path,
    damage.line,
    damage.rule,
    damage.detail
