-- Where did the bugs that the sprint's changes held come to light?
-- One row per stage, in the order in which a change passes them; they sum to the bugs that are known.
--
-- stage: caught in review, fixed on its branch, fixed before the release (or right after landing), escaped, or unknown (no origin or time is known)
-- label: the stage in words
-- bug_count: bugs that came to light there
-- trusted_count: those whose origin is told, explicit or of tier high; caught ones count as they are
-- untrusted_count: the rest
-- bug_share: part of all, 0 to 1
-- total_count: all of them
-- evidence: inferred
--
-- A fix that answers what a review caught counts as caught, not as fixed on its branch; of a sprint whose reviews are not known
-- the stage is left out. Bugs count in the sprint that brought them in; those
-- without a known origin in the sprint of the fix.
-- Left out: bugs that nobody has fixed yet, other than incidents that escaped or whose origin is unknown; findings about tests, documentation and style.
-- Evidence: inferred
-- Coverage: bug origins
with bugs as (
    select
        case
            when is_escaped is null then 5
            when is_escaped then 4
            when landed_at < fixed_at then 3
            else 2
        end as place,
        boundary,
        is_trusted
    from bug_escapes
    where
        coalesce(origin_sprint, case when is_escaped is null then fix_sprint end) = $sprint
        and (fixed_at is not null or is_escaped is distinct from false)
        and not exists (
            select 1
            from findings
            inner join caught_bugs
                on caught_bugs.repo = findings.repo and caught_bugs.finding_key = findings.finding_key
            where
                findings.rule = 'review flag'
                and findings.repo = bug_escapes.repo
                and findings.resolved_sha = bug_escapes.fix_sha
        )
),

items as (
    select 1 as place, true as is_trusted from caught_bugs where sprint = $sprint
    union all
    select place, is_trusted from bugs
),

stages as (
    select 1 as place, 'caught in review' as stage, 'Caught in review' as label
    union all
    select 2, 'fixed on its branch', 'Fixed on its branch, before it landed'
    union all
    select 3, 'fixed before the release', 'Fixed after it landed, before a release'
    union all
    select
        4,
        'escaped',
        case
            when (select count(*) from bugs where boundary = 'release') > 0 then 'Escaped into a release'
            else 'Escaped to the default branch'
        end
    union all
    select
        5,
        'unknown',
        'Unknown: no origin was found'
        || case when exists (select 1 from sprint_bug_fixes where sprint = $sprint and not is_judged) then ' or looked for yet' else '' end
)

select
    stages.stage,
    stages.label,
    count(items.place) as bug_count,
    count(items.place) filter (where items.is_trusted) as trusted_count,
    count(items.place) filter (where not items.is_trusted) as untrusted_count,
    1::double * count(items.place) / nullif(sum(count(items.place)) over (), 0) as bug_share,
    (sum(count(items.place)) over ())::bigint as total_count,
    'inferred' as evidence
from stages
left join items on items.place = stages.place
where (select count(*) from items) > 0
group by stages.place, stages.stage, stages.label
having
    case stages.place
        when 1 then exists (select 1 from sprint_pull_requests where sprint = $sprint and is_seen is not null)
        when 5 then count(items.place) > 0
        else true
    end
order by stages.place
