-- What did merges and commits break, and how long did it stay?
-- One row per damage that was told from files alone, in repositories that retro.toml names.
--
-- rule: what is wrong: no longer parses, conflict marker, undefined name, defined twice, block twice, removed name, lost change, stale change, one side taken, content of neither side
-- kind: language, or what it is about (name, quoted annotation, import, definition, merge)
-- repo: repository
-- commit_sha: commit that brought it
-- is_merge: true when that commit has two parents or more
-- merged_ref: branch that was merged, as the message or the pull request says; NULL: no merge, or not told
-- into_ref: branch that it was merged into, likewise
-- pr_number: pull request; NULL: none, or not told
-- path: file; NULL: the whole tree
-- line: line in it; NULL: the whole file
-- detail: what was found, in words
-- severity: error, warning or note
-- method: how it was told
-- confidence: lower end of the measured precision of rule and method, 0 to 1; NULL: not measured
-- introduced_at: when it was written, UTC
-- landed_at: when it came to the default branch, UTC; NULL: it lies in a branch that was squashed
-- resolved_sha: commit that repaired it; NULL: none yet
-- resolved_at: when that one was made, UTC
-- resolved_landed_at: when that one came to the default branch, UTC
-- status: open, repaired, or repaired before landing
-- landing_hours: from writing to landing
-- repair_hours: from landing to the repair's landing, where it had landed; else from writing to the repair. Somebody noticed within this time: it is an upper bound of the time to detection
-- repair_added_lines: lines that the repair added to the file; NULL: repaired by a merge, under another name, or not at all
-- repair_deleted_lines: lines that it deleted, likewise
-- is_repairable: false for notes about merges that need no repair
--
-- Left out: commits that were not looked at (damage_checks); what another clone tells of the same commit.
-- Evidence: inferred
with damages as (
    select
        findings.*,
        commits.landed_at,
        coalesce(commits.is_merge, len(findings.parent_shas) > 1) as is_merge,
        commits.subject,
        repairs.landed_at as resolved_landed_at,
        findings.rule not in ('one side taken', 'content of neither side') as is_repairable
    from findings
    inner join repos on repos.repo = findings.repo and repos.is_configured
    left join commits on commits.repo = findings.repo and commits.commit_sha = findings.commit_sha
    left join commits as repairs on repairs.repo = findings.repo and repairs.commit_sha = findings.resolved_sha
    where
        findings.rule in (
            'no longer parses',
            'conflict marker',
            'undefined name',
            'defined twice',
            'block twice',
            'removed name',
            'lost change',
            'stale change',
            'one side taken',
            'content of neither side'
        )
        and coalesce(commits.is_on_default_branch, true)
    qualify findings.repo = first_value(findings.repo) over (
        partition by findings.commit_sha
        order by case when commits.is_on_default_branch then 0 else 1 end, repos.position, findings.repo
    )
)

select
    damages.rule,
    damages.kind,
    damages.repo,
    damages.commit_sha,
    damages.is_merge,
    case
        when damages.is_merge then coalesce(
            pull_requests.head_ref,
            nullif(regexp_extract(damages.subject, '^Merge pull request #[0-9]+ from [^/ ]+/(\S+)', 1), ''),
            nullif(regexp_extract(damages.subject, '^Merge (?:remote-tracking )?(?:branch|commit|tag) ''([^'']+)''', 1), '')
        )
    end as merged_ref,
    case
        when damages.is_merge then coalesce(
            pull_requests.base_ref,
            nullif(regexp_extract(damages.subject, '^Merge [^\n]* into ''?([^'' ]+)''?$', 1), '')
        )
    end as into_ref,
    damages.pr_number,
    damages.path,
    damages.line,
    damages.detail,
    damages.severity,
    damages.method,
    damages.confidence,
    damages.introduced_at,
    damages.landed_at,
    damages.resolved_sha,
    damages.resolved_at,
    damages.resolved_landed_at,
    case
        when damages.resolved_sha is null then 'open'
        when damages.landed_at is null or damages.resolved_landed_at <= damages.landed_at then 'repaired before landing'
        else 'repaired'
    end as status,
    epoch(damages.landed_at - damages.introduced_at) / 3600.0 as landing_hours,
    epoch(
        case
            when damages.resolved_landed_at > damages.landed_at then damages.resolved_landed_at - damages.landed_at
            else damages.resolved_at - damages.introduced_at
        end
    ) / 3600.0 as repair_hours,
    commit_files.added_lines as repair_added_lines,
    commit_files.deleted_lines as repair_deleted_lines,
    damages.is_repairable
from damages
left join pull_requests
    on pull_requests.repo = damages.repo
    and pull_requests.pr_number = damages.pr_number
    and pull_requests.merged_sha = damages.commit_sha
left join commit_files
    on commit_files.repo = damages.repo
    and commit_files.commit_sha = damages.resolved_sha
    and commit_files.path = damages.path
