-- Which bugs escaped: had their origin been released, or landed, before the fix?
-- One row per bug fix of sprint_bug_fixes, and per incident of the notes whose repair is none of these.
--
-- bug: what tells it apart: the fix, else the incident
-- repo: repository of the fix, else of what brought it in; NULL: an incident of which no commit is known
-- fix_sprint: sprint of the fix; of an incident alone the sprint in whose notes it stands
-- fix_sha: commit that fixed it; NULL: an incident whose repair is not known
-- fix_subject: first line of its message, of an incident alone its title
-- fixed_at: when the fix landed, UTC; NULL: unknown
-- origin_repo: repository of what brought it in; NULL: none is known
-- origin_sha: commit that most probably brought it in; NULL: none is known
-- origin_sprint: sprint of that commit; NULL: none is known, or in no sprint
-- origin_pr_number: pull request that it landed with; NULL: none is known
-- introduced_at: when it was written, UTC; NULL: unknown
-- landed_at: when it came to the default branch, UTC; NULL: unknown
-- tier: told (an incident of the notes names what brought it in), explicit, high, medium or low; NULL: no origin
-- is_trusted: true for told, explicit and high
-- incident: incident of the notes that this bug was; NULL: none
-- boundary: what it had to reach to escape: release or default branch
-- released_in: first release with its origin; NULL: none, or not asked
-- escaped_at: when the origin reached the boundary, UTC; NULL: it never did, or unknown
-- is_escaped: true when that was before the fix landed, or no fix is known of an incident; NULL: no origin is known, or no time
-- surfaced_at: when somebody noticed, UTC: by the notes, else when the issue was opened that the fix names or closes, else when the fix landed; NULL: unknown
-- surfaced_by: human (notes), issue, or upper bound (the fix)
-- theme: theme of the change that brought it in; uncategorized where none is known
-- area: the team's area in which the fix changed most lines, tests last; other where none is known
-- size_class: own lines of the pull request that brought it in, else of the commit: up to 50, 51 to 200, 201 to 400, over 400, or unknown
-- author_kind: who wrote the origin: agent, bot, human or unknown; of a merge whoever wrote the commits of its pull request
-- is_reviewed: true when a human looked at the pull request before it was merged; NULL: not known
-- is_seen_by_agent: likewise an AI reviewer; NULL: not known
-- evidence: human where an incident tells it, else inferred
--
-- A bug whose fix stands in the same release as its origin did not escape. The boundary is set in [bugs] of retro.toml; without
-- it a release where the repository has any, else the default branch.
-- Left out: what sprint_bug_fixes leaves out.
-- Kept: many metrics read it
-- Evidence: inferred
with settings as (
    select
        repos.repo,
        coalesce(
            replace(projects.bug_boundary, '_', ' '),
            case when exists (select 1 from releases where releases.repo = repos.repo) then 'release' else 'default branch' end
        ) as boundary
    from repos
    cross join projects
    where repos.is_configured
),

first_releases as (
    select
        release_commits.repo,
        release_commits.commit_sha,
        release_commits.tag_name,
        releases.released_at
    from release_commits
    inner join releases on releases.repo = release_commits.repo and releases.tag_name = release_commits.tag_name
),

told as (
    select
        incident,
        any_value(sprint) as sprint,
        any_value(title) as title,
        max(case when mark = 'landed' then repo end) as repo,
        max(case when mark = 'landed' then commit_sha end) as landed_sha,
        max(case when mark = 'introduced' then marked_at end) as introduced_at,
        max(case when mark = 'landed' then marked_at end) as landed_at,
        max(case when mark = 'surfaced' and known_by = 'human' then marked_at end) as surfaced_at,
        max(case when mark = 'repaired' then commit_sha end) as repaired_sha,
        max(case when mark = 'repaired' then repo end) as repaired_repo,
        max(case when mark = 'repaired' then marked_at end) as repaired_at
    from incident_marks
    group by incident
),

-- A repair is a commit, or the commits of the pull request that landed with it.
repairs as (
    select incident, repaired_repo as repo, repaired_sha as commit_sha
    from told
    where repaired_sha is not null
    union
    select told.incident, branch.repo, branch.commit_sha
    from told
    inner join pull_requests on pull_requests.repo = told.repaired_repo and pull_requests.merged_sha = told.repaired_sha
    inner join pull_request_commits as branch
        on branch.repo = pull_requests.repo and branch.pr_number = pull_requests.pr_number
),

-- One fix for an incident and one incident for a fix, the most trusted first.
candidates as (
    select
        repairs.incident,
        fixes.repo,
        fixes.fix_sha,
        row_number() over (
            partition by repairs.incident
            order by
                case fixes.tier when 'explicit' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end,
                fixes.fixed_at,
                fixes.fix_sha
        ) as fix_place
    from repairs
    inner join sprint_bug_fixes as fixes on fixes.repo = repairs.repo and fixes.fix_sha = repairs.commit_sha
),

pairs as (
    select repo, fix_sha, min(incident) as incident
    from candidates
    where fix_place = 1
    group by all
),

named as (
    select
        fixes.repo || ' ' || fixes.fix_sha as bug,
        fixes.repo,
        fixes.sprint as fix_sprint,
        fixes.fix_sha,
        fixes.fix_subject,
        coalesce(fixes.fixed_at, told.repaired_at) as fixed_at,
        case
            when told.landed_sha is not null then told.repo
            when fixes.origin_sha is not null then fixes.repo
        end as origin_repo,
        coalesce(told.landed_sha, fixes.origin_sha) as origin_sha,
        coalesce(told.introduced_at, fixes.introduced_at) as introduced_at,
        coalesce(told.landed_at, fixes.origin_landed_at) as landed_at,
        case when told.landed_sha is not null then 'told' else fixes.tier end as tier,
        told.incident,
        told.surfaced_at
    from sprint_bug_fixes as fixes
    left join pairs on pairs.repo = fixes.repo and pairs.fix_sha = fixes.fix_sha
    left join told on told.incident = pairs.incident
    union all
    select
        'incident ' || told.incident,
        coalesce(told.repaired_repo, told.repo),
        told.sprint,
        told.repaired_sha,
        told.title,
        told.repaired_at,
        told.repo,
        told.landed_sha,
        told.introduced_at,
        told.landed_at,
        case when told.landed_sha is not null then 'told' end,
        told.incident,
        told.surfaced_at
    from told
    anti join pairs on pairs.incident = told.incident
),

placed as (
    select
        named.*,
        sprint_commits.sprint as origin_sprint,
        origin_pull_requests.pr_number as origin_pr_number,
        commits.is_merge as is_origin_merge
    from named
    left join repeated_commits as repeated
        on repeated.repo = named.origin_repo and repeated.commit_sha = named.origin_sha
    left join copied_commits as copied
        on copied.repo = coalesce(repeated.counted_repo, named.origin_repo) and copied.commit_sha = named.origin_sha
    left join sprint_commits
        on sprint_commits.repo = coalesce(repeated.counted_repo, named.origin_repo)
        and sprint_commits.commit_sha = coalesce(copied.counted_sha, named.origin_sha)
    left join landing_pull_requests as origin_pull_requests
        on origin_pull_requests.repo = named.origin_repo and origin_pull_requests.commit_sha = named.origin_sha
    left join commits on commits.repo = named.origin_repo and commits.commit_sha = named.origin_sha
),

sizes as (
    select
        placed.bug,
        sum(files.added_lines + files.deleted_lines)::bigint as own_lines
    from placed
    inner join commit_files as files on files.repo = placed.origin_repo and files.commit_sha = placed.origin_sha
    left join file_kinds on file_kinds.repo = files.repo and file_kinds.path = files.path
    where coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true)
    group by placed.bug
),

fix_areas as (
    select
        placed.bug,
        coalesce(file_kinds.area, 'other') as area,
        sum(case when file_kinds.kind in ('test', 'documentation') then 0 else 1 end) > 0 as has_code,
        sum(coalesce(files.added_lines + files.deleted_lines, 0)) as line_count
    from placed
    inner join commit_files as files on files.repo = placed.repo and files.commit_sha = placed.fix_sha
    left join file_kinds on file_kinds.repo = files.repo and file_kinds.path = files.path
    group by all
),

areas as (
    select bug, area
    from fix_areas
    qualify row_number() over (partition by bug order by has_code desc, line_count desc, area) = 1
),

-- An issue that was opened before the fault landed is about something else.
fix_issues as (
    select
        placed.bug,
        min(issues.opened_at) as opened_at
    from placed
    inner join commits as fixes on fixes.repo = placed.repo and fixes.commit_sha = placed.fix_sha
    inner join issues
        on issues.repo = placed.repo
        and issues.opened_at >= placed.landed_at
        and issues.opened_at <= placed.fixed_at
    where
        list_contains(
            regexp_extract_all(
                fixes.subject || chr(10) || fixes.body,
                '(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? +#([0-9]+)\b',
                1
            ),
            issues.issue_number::text
        )
        or exists (
            select 1
            from pull_request_issues as closing
            inner join pull_request_commits as branch
                on branch.repo = closing.repo and branch.pr_number = closing.pr_number
            where
                closing.repo = placed.repo
                and closing.issue_number = issues.issue_number
                and branch.commit_sha = placed.fix_sha
        )
    group by placed.bug
),

judged as (
    select
        placed.*,
        coalesce(settings.boundary, 'release') as boundary,
        origins.tag_name as released_in,
        case when settings.boundary = 'default branch' then placed.landed_at else origins.released_at end as escaped_at,
        fixes.tag_name as fixed_in
    from placed
    left join settings on settings.repo = coalesce(placed.origin_repo, placed.repo)
    left join first_releases as origins on origins.repo = placed.origin_repo and origins.commit_sha = placed.origin_sha
    left join first_releases as fixes on fixes.repo = placed.repo and fixes.commit_sha = placed.fix_sha
)

select
    judged.bug,
    judged.repo,
    judged.fix_sprint,
    judged.fix_sha,
    judged.fix_subject,
    judged.fixed_at,
    judged.origin_repo,
    judged.origin_sha,
    judged.origin_sprint,
    judged.origin_pr_number,
    judged.introduced_at,
    judged.landed_at,
    judged.tier,
    coalesce(judged.tier in ('told', 'explicit', 'high'), false) as is_trusted,
    judged.incident,
    judged.boundary,
    judged.released_in,
    judged.escaped_at,
    case
        when judged.origin_sha is null then null
        when judged.boundary = 'release' and judged.released_in is null then false
        when judged.boundary = 'release' and judged.origin_repo = judged.repo and judged.released_in = judged.fixed_in then false
        when judged.fix_sha is null then judged.escaped_at is not null
        else judged.escaped_at < judged.fixed_at
    end as is_escaped,
    coalesce(judged.surfaced_at, fix_issues.opened_at, judged.fixed_at) as surfaced_at,
    case
        when judged.surfaced_at is not null then 'human'
        when fix_issues.opened_at is not null then 'issue'
        when judged.fixed_at is not null then 'upper bound'
    end as surfaced_by,
    coalesce(pulls.theme, commit_kinds.theme, 'uncategorized') as theme,
    coalesce(areas.area, 'other') as area,
    case
        when coalesce(pulls.own_lines, sizes.own_lines) <= 50 then 'up to 50'
        when coalesce(pulls.own_lines, sizes.own_lines) <= 200 then '51 to 200'
        when coalesce(pulls.own_lines, sizes.own_lines) <= 400 then '201 to 400'
        when coalesce(pulls.own_lines, sizes.own_lines) > 400 then 'over 400'
        else 'unknown'
    end as size_class,
    coalesce(writers.author_kind, commit_attribution.author_kind, 'unknown') as author_kind,
    pulls.is_seen as is_reviewed,
    pulls.is_seen_by_agent,
    case when judged.incident is not null then 'human' else 'inferred' end as evidence
from judged
left join sizes on sizes.bug = judged.bug
left join areas on areas.bug = judged.bug
left join fix_issues on fix_issues.bug = judged.bug
left join sprint_pull_requests as pulls on pulls.repo = judged.origin_repo and pulls.pr_number = judged.origin_pr_number
left join pull_request_writers as writers
    on judged.is_origin_merge and writers.repo = judged.origin_repo and writers.pr_number = judged.origin_pr_number
left join commit_kinds on commit_kinds.repo = judged.origin_repo and commit_kinds.commit_sha = judged.origin_sha
left join commit_attribution on commit_attribution.repo = judged.origin_repo and commit_attribution.commit_sha = judged.origin_sha
