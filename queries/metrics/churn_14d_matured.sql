-- What part of the lines written was deleted or rewritten within 14 days, and for whom was that a bug fix?
-- One row per author kind that occurs, all first; of the lines of this sprint and the one before that were 14 days old at its end.
--
-- author_kind: all, agent, human, bot or unknown (no mark says who)
-- label: the same in words
-- commit_count: commits, merges left out, written at least 14 days before the end of the sprint
-- added_lines: own lines that they added
-- churned_lines: those of them that a commit written within 14 days deleted or rewrote
-- churn_14d_matured: churned_lines of added_lines, 0 to 1; NULL: no line is old enough
-- low_rate: lower end of its 95 % interval, the lines of one commit taken as one draw; NULL: fewer than two commits
-- high_rate: its upper end; NULL likewise
-- deleted_lines: lines of this kind of author, at most 30 days old, that were deleted from the start of the sprint before to the end of this one
-- corrective_lines: those that a bug fix deleted
-- corrective_ratio: corrective_lines of deleted_lines, 0 to 1; NULL: none was deleted
-- note: interval and corrective ratio in words; of all lines also how many deleted ones are of unknown origin, which the counts lack
-- evidence: inferred: by git blame -w of the lines deleted
--
-- A line counts once (also where two repositories hold the commit), when it is deleted; moving it counts as deleting. What was
-- deleted between the two sprints counts too, what was written there does not. Never by person.
-- Left out: repositories with deletions that nobody looked at yet; generated, vendored and lock files; lines that merges wrote or deleted; of the churn, lines younger than 14 days.
-- Evidence: inferred
-- Coverage: authors
-- Source: churn as in GitClear 2024 (lines reverted or rewritten within two weeks); interval of a ratio: Cochran 1977, 6.3
with asked as (
    select ends_at, sequence
    from sprints
    where sprint = $sprint
),

shown as (
    select sprints.sprint, sprints.starts_at, sprints.ends_at
    from sprints
    inner join asked on sprints.sequence between asked.sequence - 1 and asked.sequence
),

span as (
    select min(starts_at) as starts_at, max(ends_at) as ends_at
    from shown
),

-- Deletions are looked at when a sprint is built: before that, and where git could not, nothing is known of a repository.
unjudged as (
    select distinct deleting.repo
    from deleting_commits as deleting
    inner join span on deleting.committed_at >= span.starts_at and deleting.committed_at < span.ends_at
    anti join deleted_line_checks as checks on checks.repo = deleting.repo and checks.commit_sha = deleting.commit_sha
    where deleting.own_deleted_lines > 0
),

written as (
    select landed_changes.*
    from landed_changes
    inner join shown
        on landed_changes.committed_at >= shown.starts_at and landed_changes.committed_at < shown.ends_at
    inner join asked on landed_changes.authored_at < asked.ends_at - interval 14 days
    anti join unjudged on unjudged.repo = landed_changes.repo
),

deletions as (
    select
        deleted_lines.repo,
        coalesce(written_before.counted_sha, deleted_lines.origin_sha) as origin_sha,
        deleted_lines.line_count,
        (epoch(deleting.authored_at) - epoch(origins.authored_at)) / 86400 <= 14 as is_early,
        commit_kinds.bug_fix_evidence is not null as is_corrective
    from deleted_lines
    inner join commits as deleting
        on deleting.repo = deleted_lines.repo and deleting.commit_sha = deleted_lines.commit_sha
    inner join span on deleting.committed_at >= span.starts_at and deleting.committed_at < span.ends_at
    inner join commits as origins
        on origins.repo = deleted_lines.repo and origins.commit_sha = deleted_lines.origin_sha
    left join commit_kinds
        on commit_kinds.repo = deleted_lines.repo and commit_kinds.commit_sha = deleted_lines.commit_sha
    left join copied_commits as written_before
        on written_before.repo = deleted_lines.repo and written_before.commit_sha = deleted_lines.origin_sha
    anti join repeated_commits as repeated
        on repeated.repo = deleted_lines.repo and repeated.commit_sha = deleted_lines.commit_sha
    anti join copied_commits as copied
        on copied.repo = deleted_lines.repo and copied.commit_sha = deleted_lines.commit_sha
    anti join unjudged on unjudged.repo = deleted_lines.repo
),

early as (
    select repo, origin_sha, sum(line_count) filter (where is_early) as churned_lines
    from deletions
    group by all
),

-- Of files that were too many, or whose history git could not read.
unplaced as (
    select sum(checks.deleted_lines - checks.judged_lines)::bigint as line_count
    from deleted_line_checks as checks
    inner join deleting_commits as deleting
        on deleting.repo = checks.repo and deleting.commit_sha = checks.commit_sha
    inner join span on deleting.committed_at >= span.starts_at and deleting.committed_at < span.ends_at
    anti join unjudged on unjudged.repo = checks.repo
),

per_commit as (
    select
        written.author_kind,
        written.own_added_lines as added_lines,
        least(coalesce(early.churned_lines, 0), written.own_added_lines) as churned_lines
    from written
    left join early on early.repo = written.repo and early.origin_sha = written.commit_sha
),

line_counts as (
    select
        kinds.author_kind,
        count(*) as commit_count,
        sum(per_commit.added_lines)::bigint as added_lines,
        sum(per_commit.churned_lines)::bigint as churned_lines,
        sum(per_commit.churned_lines * per_commit.churned_lines)::double as churned_squares,
        sum(per_commit.churned_lines * per_commit.added_lines)::double as products,
        sum(per_commit.added_lines * per_commit.added_lines)::double as added_squares
    from per_commit
    cross join lateral (select unnest(['all', per_commit.author_kind]) as author_kind) as kinds
    group by kinds.author_kind
),

corrective as (
    select
        kinds.author_kind,
        sum(deletions.line_count)::bigint as deleted_lines,
        coalesce(sum(deletions.line_count) filter (where deletions.is_corrective), 0)::bigint as corrective_lines
    from deletions
    left join commit_attribution
        on commit_attribution.repo = deletions.repo and commit_attribution.commit_sha = deletions.origin_sha
    cross join lateral (select unnest(['all', coalesce(commit_attribution.author_kind, 'unknown')]) as author_kind) as kinds
    group by kinds.author_kind
),

rated as (
    select
        coalesce(line_counts.author_kind, corrective.author_kind) as author_kind,
        coalesce(line_counts.commit_count, 0) as commit_count,
        coalesce(line_counts.added_lines, 0) as added_lines,
        coalesce(line_counts.churned_lines, 0) as churned_lines,
        1::double * line_counts.churned_lines / nullif(line_counts.added_lines, 0) as share,
        line_counts.churned_squares,
        line_counts.products,
        line_counts.added_squares,
        coalesce(corrective.deleted_lines, 0) as deleted_lines,
        coalesce(corrective.corrective_lines, 0) as corrective_lines
    from line_counts
    full join corrective on corrective.author_kind = line_counts.author_kind
),

bounded as (
    select
        *,
        case
            when commit_count > 1 and added_lines > 0
                then 1.96 * sqrt(
                    greatest(churned_squares - 2 * share * products + share * share * added_squares, 0)
                    * commit_count / (commit_count - 1)
                ) / added_lines
        end as half_width
    from rated
)

select
    author_kind,
    case author_kind when 'all' then 'All lines' when 'agent' then 'Written with an agent' when 'human' then 'Written without one' when 'bot' then 'Written by a bot' else 'Unknown: no mark' end as label,
    commit_count,
    added_lines,
    churned_lines,
    share as churn_14d_matured,
    case when half_width is not null then round(greatest(0, share - half_width), 12) end::double as low_rate,
    case when half_width is not null then round(least(1, share + half_width), 12) end::double as high_rate,
    deleted_lines,
    corrective_lines,
    1::double * corrective_lines / nullif(deleted_lines, 0) as corrective_ratio,
    case
        when share is null then 'no line is 14 days old yet'
        when half_width is null then 'one commit: no interval'
        else interval_words(greatest(0, share - half_width), least(1, share + half_width)) || ', ' || commit_count || ' commits'
    end
    || case
        when deleted_lines > 0
            then '; of ' || deleted_lines || ' young lines deleted, ' || round(100.0 * corrective_lines / deleted_lines)::integer || ' % by bug fixes'
        else ''
    end
    || case
        when author_kind = 'all' and unplaced.line_count > 0 then '; of ' || unplaced.line_count || ' more nobody knows who wrote them'
        else ''
    end as note,
    'inferred' as evidence
from bounded
cross join unplaced
order by
    case author_kind when 'all' then 1 when 'agent' then 2 when 'human' then 3 when 'bot' then 4 else 5 end
