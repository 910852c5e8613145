-- Of the lines that the sprint changed, how many were new, how many rework of young code, how many a change of old code?
-- One row per kind of change; they sum to the sprint's changed lines.
--
-- change_kind: new, rework (deleted or rewritten within 21 days of being written), refactor (older), or unknown (not told)
-- label: the kind in words
-- line_count: lines: new ones are those added beyond what the same commit deleted in the same file, the others lines deleted
-- line_share: part of all, 0 to 1
-- total_count: all of them
-- evidence: inferred: by git blame -w of the lines deleted
--
-- A rewritten line counts once, as rework or refactor. The age goes from author time to author time.
-- Left out: generated, vendored and lock files, binary files, merges.
-- Evidence: inferred
-- Coverage: deleted lines
-- Source: linearb.helpdocs.io/article/tpxx3m8cwb (rework: code less than 21 days old that is changed again)
with changed as (
    select
        sprint,
        sum(greatest(coalesce(added_lines, 0) - coalesce(deleted_lines, 0), 0))::bigint as new_lines,
        sum(coalesce(deleted_lines, 0))::bigint as deleted_lines
    from sprint_file_changes
    where sprint = $sprint and is_own
    group by sprint
),

checks as (
    select
        coalesce(sum(deleted_line_checks.judged_lines), 0)::bigint as judged_lines
    from sprint_commits
    inner join deleted_line_checks
        on deleted_line_checks.repo = sprint_commits.repo and deleted_line_checks.commit_sha = sprint_commits.commit_sha
    where sprint_commits.sprint = $sprint
),

young as (
    select
        coalesce(sum(deleted_lines.line_count), 0)::bigint as rework_lines
    from sprint_commits
    inner join deleted_lines
        on deleted_lines.repo = sprint_commits.repo and deleted_lines.commit_sha = sprint_commits.commit_sha
    inner join commits as deleting
        on deleting.repo = deleted_lines.repo and deleting.commit_sha = deleted_lines.commit_sha
    inner join commits as origins
        on origins.repo = deleted_lines.repo and origins.commit_sha = deleted_lines.origin_sha
    where
        sprint_commits.sprint = $sprint
        and (epoch(deleting.authored_at) - epoch(origins.authored_at)) / 86400 < 21
),

kinds as (
    select 1 as place, 'new' as change_kind, 'New lines' as label, new_lines as line_count from changed
    union all
    select 2, 'rework', 'Rework: lines under 21 days old', rework_lines from changed cross join young
    union all
    select 3, 'refactor', 'Older lines', judged_lines - rework_lines from changed cross join young cross join checks
    union all
    select 4, 'unknown', 'Age unknown', greatest(deleted_lines - judged_lines, 0) from changed cross join checks
)

select
    change_kind,
    label,
    line_count,
    1::double * line_count / nullif(sum(line_count) over (), 0) as line_share,
    sum(line_count) over ()::bigint as total_count,
    'inferred' as evidence
from kinds
where change_kind <> 'unknown' or line_count > 0
order by place
