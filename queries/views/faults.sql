-- When was each fault written, landed, noticed and repaired, and how is each known?
-- One row per fault: an incident of the notes, else a bug that escaped, else a file that a commit damaged.
--
-- fault: what tells it apart
-- subject: incidents, escaped bugs or damage
-- sprint: sprint in which it surfaced; NULL: in none
-- repo: repository; NULL: unknown
-- title: the incident's title, the subject of the fix, or the file that broke
-- commit_sha: commit that brought it in; NULL: unknown
-- fix_sha: commit that repaired it; NULL: none yet, or unknown
-- introduced_at: when it was written, UTC; NULL: unknown
-- landed_at: when it came to the default branch, UTC; NULL: unknown
-- surfaced_at: when somebody noticed, UTC; NULL: not yet, or unknown
-- repaired_at: when the repair landed, UTC; NULL: not yet, or unknown
-- surfaced_by: human (notes), issue, or upper bound (the repair); NULL: none of them
-- detection_hours: from landing to surfacing; NULL: one of them is unknown
-- is_upper_bound: true when only the repair says that somebody had noticed
-- repair_hours: from surfacing to the repair; NULL: unknown, or only the repair is known
-- evidence: human where the notes tell it, else inferred
--
-- What is the same fault counts once: damage that came with the commit of an incident or of an escaped bug is that incident or
-- bug, and an escaped bug that an incident tells of is the incident. Damage counts once per commit and file, whatever rules it broke.
-- Left out: damage that was repaired before it landed, notes about merges that need no repair, untrusted origins of bugs.
-- Kept: many metrics read it
-- Evidence: inferred
with incidents as (
    select
        incident,
        any_value(title) as title,
        max(case when mark = 'landed' then repo end) as repo,
        max(case when mark = 'landed' then commit_sha end) as commit_sha,
        max(case when mark = 'repaired' then commit_sha end) as fix_sha,
        max(case when mark = 'introduced' then marked_at end) as introduced_at,
        max(case when mark = 'landed' then marked_at end) as landed_at,
        max(case when mark = 'surfaced' then marked_at end) as surfaced_at,
        max(case when mark = 'repaired' then marked_at end) as repaired_at,
        max(case when mark = 'surfaced' then known_by end) as surfaced_by
    from incident_marks
    group by incident
),

bugs as (
    select bug_escapes.*
    from bug_escapes
    where bug_escapes.is_escaped and bug_escapes.is_trusted and bug_escapes.incident is null
),

broken_files as (
    select
        damage.repo,
        damage.commit_sha,
        damage.path,
        arg_max(damage.resolved_sha, coalesce(damage.resolved_landed_at, damage.resolved_at)) as fix_sha,
        min(damage.introduced_at) as introduced_at,
        min(damage.landed_at) as landed_at,
        max(coalesce(damage.resolved_landed_at, damage.resolved_at)) as repaired_at
    from damage
    where
        damage.is_repairable
        and damage.landed_at is not null
        and damage.status <> 'repaired before landing'
        and not exists (
            select 1 from incidents where incidents.repo = damage.repo and incidents.commit_sha = damage.commit_sha
        )
        and not exists (
            select 1 from bugs where bugs.repo = damage.repo and bugs.origin_sha = damage.commit_sha
        )
    group by damage.repo, damage.commit_sha, damage.path
),

found as (
    select
        'incident ' || incident as fault,
        'incidents' as subject,
        repo,
        title,
        commit_sha,
        fix_sha,
        introduced_at,
        landed_at,
        surfaced_at,
        repaired_at,
        case when surfaced_by in ('human', 'upper bound') then surfaced_by end as surfaced_by,
        'human' as evidence
    from incidents
    union all
    select
        'bug ' || bug,
        'escaped bugs',
        repo,
        fix_subject,
        origin_sha,
        fix_sha,
        introduced_at,
        landed_at,
        surfaced_at,
        fixed_at,
        surfaced_by,
        evidence
    from bugs
    union all
    select
        'damage ' || repo || ' ' || commit_sha || ' ' || coalesce(path, ''),
        'damage',
        repo,
        coalesce(path, 'the whole tree'),
        commit_sha,
        fix_sha,
        introduced_at,
        landed_at,
        repaired_at,
        repaired_at,
        case when repaired_at is not null then 'upper bound' end,
        'inferred'
    from broken_files
)

select
    found.fault,
    found.subject,
    sprints.sprint,
    found.repo,
    found.title,
    found.commit_sha,
    found.fix_sha,
    found.introduced_at,
    found.landed_at,
    found.surfaced_at,
    found.repaired_at,
    found.surfaced_by,
    case
        when found.surfaced_at >= found.landed_at then epoch(found.surfaced_at - found.landed_at) / 3600.0::double
    end as detection_hours,
    found.surfaced_by = 'upper bound' as is_upper_bound,
    case
        when found.surfaced_by <> 'upper bound' and found.repaired_at >= found.surfaced_at
            then epoch(found.repaired_at - found.surfaced_at) / 3600.0::double
    end as repair_hours,
    found.evidence
from found
left join sprints on found.surfaced_at >= sprints.starts_at and found.surfaced_at < sprints.ends_at
