-- What was each model request spent on?
-- One row per billed request and target; a request that led to several commits has a row for each, and their request_share sums to 1.
--
-- source: billed_requests.source
-- request_key: billed_requests.request_key
-- part: 1 for the first target of the request
-- requested_at: UTC
-- sprint: sprint; NULL: outside all of them
-- sprint_method: tag (it names a sprint of the plan, and wins), time (sprints are half-open), NULL: outside
-- session_source: source of the session; NULL: none known
-- session_id: session; NULL: none known
-- session_type: tag session_type; NULL: not tagged
-- feature: tag feature; NULL: not tagged
-- repo: repository; NULL: unknown
-- branch: branch that was checked out, else the tag branch; NULL: unknown
-- commit_sha: commit that it led to; NULL: none known
-- commit_method: trailer, own_commit, line_share; NULL: no commit
-- pr_number: pull request; NULL: none known
-- pr_method: link (the session names it on this branch), commit (the commit is in it), branch (it comes from this branch)
-- target_kind: change_request, commit (without a pull request), branch (without one), main_branch, unattributed
-- outcome: landed, open, thrown_away, unknown (also for main_branch and unattributed)
-- theme: theme, or uncategorized
-- theme_method: tag (feature), commit, pull_request, branch; NULL: uncategorized
-- theme_rule: rule that decided; NULL: uncategorized, or several commits of a pull request did
-- work_type: type of the commit that it led to, else the one that most commits of its pull request have, merges left aside (of
--   equals the first by the alphabet); else unknown
-- model: as written
-- input_tokens: of the whole request, of all kinds, cached ones included, as far as they are known; NULL: none is
-- output_tokens: of the whole request, reasoning included; NULL: unknown
-- request_share: part of the request that counts here, 0 to 1
-- cost_usd: that part of billed_requests.cost_usd; the parts sum to it to the last digit; NULL: unknown
-- cost_evidence: billed_requests.cost_evidence
-- evidence: verified (nothing but the log, time and the main branch), else inferred
--
-- The table request_attributions holds these rows as they were when the warehouse was last written: read that one, it is quicker.
-- A request without a repository belongs to the only configured one, if there is but one. Several commits share by changed lines.
-- thrown_away is a pull request that was closed without a merge; also one that git alone tells of, and a branch without a pull
-- request (where a forge was read), when nothing happened on it in the 30 days before the repository's last commit. A branch name
-- used again stands for the pull request that was open, else for the last one.
-- Left out: nothing.
-- Evidence: inferred
with only_repo as (
    select case when count(*) = 1 then min(repo) end as repo
    from repos
    where is_configured
),

requests as materialized (
    select
        billed.source,
        billed.request_key,
        billed.requested_at,
        billed.session_source,
        billed.session_id,
        billed.model,
        case
            when coalesce(
                billed.uncached_input_tokens, billed.cache_read_tokens, billed.cache_write_5m_tokens, billed.cache_write_1h_tokens
            ) is not null
                then
                    coalesce(billed.uncached_input_tokens, 0)
                    + coalesce(billed.cache_read_tokens, 0)
                    + coalesce(billed.cache_write_5m_tokens, 0)
                    + coalesce(billed.cache_write_1h_tokens, 0)
        end as input_tokens,
        billed.output_tokens,
        billed.cost_usd,
        billed.cost_evidence,
        nullif(map_extract(billed.tags, 'sprint')[1], '') as sprint_tag,
        nullif(map_extract(billed.tags, 'session_type')[1], '') as session_type,
        nullif(map_extract(billed.tags, 'feature')[1], '') as feature,
        coalesce(billed.repo, only_repo.repo) as repo,
        coalesce(nullif(billed.branch, ''), nullif(map_extract(billed.tags, 'branch')[1], '')) as branch
    from billed_requests as billed
    cross join only_repo
),

known_changes as materialized (
    select repo, pr_number, source, state, head_ref, merged_sha, merged_at, closed_at, head_committed_at
    from pull_requests
),

main_branches as (
    select repo, regexp_replace(default_branch, '^refs/(heads|remotes/origin)/', '') as branch
    from repos
    where default_branch is not null
    union
    select repo, unnest(['HEAD', 'main', 'master', 'trunk']) as branch
    from repos
),

parts as materialized (
    select
        requests.source,
        requests.request_key,
        requests.branch,
        request_commits.repo,
        request_commits.commit_sha,
        request_commits.method,
        row_number() over request_parts as part,
        count(*) over (partition by requests.source, requests.request_key) as part_count,
        1::double * sum(request_commits.changed_lines) over request_parts
            / sum(request_commits.changed_lines) over (partition by requests.source, requests.request_key) as reached_share,
        1::double * (sum(request_commits.changed_lines) over request_parts - request_commits.changed_lines)
            / sum(request_commits.changed_lines) over (partition by requests.source, requests.request_key) as begun_share
    from requests
    inner join request_commits
        on request_commits.source = requests.source and request_commits.request_key = requests.request_key
    window request_parts as (
        partition by requests.source, requests.request_key
        order by request_commits.repo, request_commits.commit_sha
        rows between unbounded preceding and current row
    )
),

changes_of_commits as (
    select distinct repo, commit_sha, pr_number
    from pull_request_commits
    union
    select repo, merged_sha, pr_number
    from known_changes
    where merged_sha is not null
    union
    select repo, commit_sha, pr_number
    from commit_pull_requests
),

wanted_commits as (
    select distinct repo, commit_sha, branch
    from parts
),

commit_changes as (
    select
        wanted.repo,
        wanted.commit_sha,
        wanted.branch,
        changes.pr_number,
        row_number() over (
            partition by wanted.repo, wanted.commit_sha, wanted.branch
            order by
                case when known_changes.head_ref = wanted.branch then 0 else 1 end,
                case known_changes.state when 'merged' then 0 else 1 end,
                changes.pr_number
        ) as place
    from wanted_commits as wanted
    inner join changes_of_commits as changes
        on changes.repo = wanted.repo and changes.commit_sha = wanted.commit_sha
    left join known_changes on known_changes.repo = changes.repo and known_changes.pr_number = changes.pr_number
),

session_links as (
    select
        events.source,
        events.session_id,
        sessions.repo,
        events.branch,
        min(events.pr_number) as pr_number
    from agent_events as events
    inner join agent_sessions as sessions
        on sessions.source = events.source and sessions.session_id = events.session_id
    inner join known_changes on known_changes.repo = sessions.repo and known_changes.pr_number = events.pr_number
    left join main_branches on main_branches.repo = sessions.repo and main_branches.branch = events.branch
    where events.branch is not null and main_branches.branch is null
    group by all
    having count(distinct events.pr_number) = 1
),

branch_ends as (
    select
        repo,
        head_ref as branch,
        pr_number,
        coalesce(merged_at, closed_at, case when source = 'git' then head_committed_at end, 'infinity'::timestamptz) as ended_at,
        coalesce(
            lag(coalesce(merged_at, closed_at, case when source = 'git' then head_committed_at end, 'infinity'::timestamptz)) over (
                partition by repo, head_ref
                order by
                    coalesce(merged_at, closed_at, case when source = 'git' then head_committed_at end, 'infinity'::timestamptz),
                    pr_number
            ),
            '-infinity'::timestamptz
        ) as began_after,
        row_number() over (
            partition by repo, head_ref
            order by
                coalesce(merged_at, closed_at, case when source = 'git' then head_committed_at end, 'infinity'::timestamptz) desc,
                pr_number desc
        ) as place_from_last
    from known_changes
    where head_ref is not null
),

-- The last pull request of a branch also takes what came after its end.
branch_changes as (
    select
        branch_ends.repo,
        branch_ends.branch,
        branch_ends.pr_number,
        branch_ends.began_after,
        case when branch_ends.place_from_last = 1 then 'infinity'::timestamptz else branch_ends.ended_at end as ended_at
    from branch_ends
    left join main_branches on main_branches.repo = branch_ends.repo and main_branches.branch = branch_ends.branch
    where main_branches.branch is null
),

targets as (
    select
        requests.*,
        coalesce(parts.part, 1) as part,
        coalesce(parts.part_count, 1) as part_count,
        coalesce(parts.begun_share, 0) as begun_share,
        coalesce(parts.reached_share, 1) as reached_share,
        parts.commit_sha,
        parts.method as commit_method,
        coalesce(parts.repo, requests.repo) as target_repo,
        coalesce(session_links.pr_number, commit_changes.pr_number, branch_changes.pr_number) as pr_number,
        case
            when session_links.pr_number is not null then 'link'
            when commit_changes.pr_number is not null then 'commit'
            when branch_changes.pr_number is not null then 'branch'
        end as pr_method,
        main_branches.branch is not null as is_main_branch
    from requests
    left join parts on parts.source = requests.source and parts.request_key = requests.request_key
    left join session_links
        on session_links.source = requests.session_source
        and session_links.session_id = requests.session_id
        and session_links.branch = requests.branch
        and session_links.repo = coalesce(parts.repo, requests.repo)
    left join commit_changes
        on commit_changes.repo = parts.repo
        and commit_changes.commit_sha = parts.commit_sha
        and commit_changes.branch is not distinct from parts.branch
        and commit_changes.place = 1
    left join branch_changes
        on branch_changes.repo = requests.repo
        and branch_changes.branch = requests.branch
        and requests.requested_at > branch_changes.began_after
        and requests.requested_at <= branch_changes.ended_at
    left join main_branches on main_branches.repo = requests.repo and main_branches.branch = requests.branch
),

-- The theme of a pull request is that of most of its landed commits.
change_themes as (
    select
        changes.repo,
        changes.pr_number,
        commit_kinds.theme,
        row_number() over (
            partition by changes.repo, changes.pr_number
            order by count(*) desc, commit_kinds.theme
        ) as place
    from changes_of_commits as changes
    inner join commit_kinds on commit_kinds.repo = changes.repo and commit_kinds.commit_sha = changes.commit_sha
    where commit_kinds.theme <> 'uncategorized'
    group by changes.repo, changes.pr_number, commit_kinds.theme
),

-- Likewise its type of work.
change_types as (
    select
        changes.repo,
        changes.pr_number,
        commit_kinds.work_type,
        row_number() over (
            partition by changes.repo, changes.pr_number
            order by count(*) desc, commit_kinds.work_type
        ) as place
    from changes_of_commits as changes
    inner join commit_kinds on commit_kinds.repo = changes.repo and commit_kinds.commit_sha = changes.commit_sha
    where commit_kinds.work_type not in ('merge', 'unknown')
    group by changes.repo, changes.pr_number, commit_kinds.work_type
),

last_requests as (
    select repo, branch, max(requested_at) as last_at
    from requests
    where branch is not null
    group by all
),

-- The last commit stands for today: a clone that is no longer fetched tells nothing about later days.
last_commits as (
    select commits.repo, least(max(commits.committed_at), max(repos.mined_at)) as last_at
    from commits
    inner join repos on repos.repo = commits.repo
    group by commits.repo
),

forge_repos as (
    select distinct repo
    from pull_request_records
    where source <> 'git'
),

merged_branches as (
    select distinct repo, regexp_extract(subject, '^Merge (?:remote-tracking )?branch ''(?:origin/)?([^'']+)''', 1) as branch
    from commits
    where is_merge and is_on_default_branch
)

select
    targets.source,
    targets.request_key,
    targets.part,
    targets.requested_at,
    coalesce(tagged.sprint, timed.sprint) as sprint,
    case when tagged.sprint is not null then 'tag' when timed.sprint is not null then 'time' end as sprint_method,
    targets.session_source,
    targets.session_id,
    targets.session_type,
    targets.feature,
    targets.target_repo as repo,
    targets.branch,
    targets.commit_sha,
    targets.commit_method,
    targets.pr_number,
    targets.pr_method,
    case
        when targets.pr_number is not null then 'change_request'
        when targets.commit_sha is not null then 'commit'
        when targets.is_main_branch then 'main_branch'
        when targets.branch is not null then 'branch'
        else 'unattributed'
    end as target_kind,
    case
        when commits.is_on_default_branch or known_changes.state = 'merged' then 'landed'
        when known_changes.state = 'open' then 'open'
        when known_changes.state = 'closed' then 'thrown_away'
        when known_changes.state = 'unmerged'
            and greatest(known_changes.head_committed_at, targets.requested_at) + interval 30 day < last_commits.last_at
            then 'thrown_away'
        when known_changes.state = 'unmerged' then 'open'
        when targets.pr_number is not null then 'unknown'
        when targets.is_main_branch then 'unknown'
        when merged_branches.branch is not null then 'landed'
        when targets.branch is not null
            and forge_repos.repo is not null
            and last_requests.last_at + interval 30 day < last_commits.last_at
            then 'thrown_away'
        else 'unknown'
    end as outcome,
    coalesce(feature_themes.theme, commit_kinds.theme, change_themes.theme, branch_themes.theme, 'uncategorized') as theme,
    case
        when feature_themes.theme is not null then 'tag'
        when commit_kinds.theme is not null then 'commit'
        when change_themes.theme is not null then 'pull_request'
        when branch_themes.theme is not null then 'branch'
    end as theme_method,
    case
        when feature_themes.theme is not null then feature_themes.theme_rule
        when commit_kinds.theme is not null then commit_kinds.theme_rule
        when change_themes.theme is null then branch_themes.theme_rule
    end as theme_rule,
    coalesce(commit_types.work_type, change_types.work_type, 'unknown') as work_type,
    targets.model,
    targets.input_tokens,
    targets.output_tokens,
    targets.reached_share - targets.begun_share as request_share,
    (
        case
            when targets.part = targets.part_count then targets.cost_usd
            else (targets.cost_usd * targets.reached_share)::decimal(18, 12)
        end - case
            when targets.part = 1 then 0::decimal(18, 12)
            else (targets.cost_usd * targets.begun_share)::decimal(18, 12)
        end
    )::decimal(18, 12) as cost_usd,
    targets.cost_evidence,
    case
        when targets.pr_method is not null
            or targets.commit_sha is not null
            or feature_themes.theme is not null
            or branch_themes.theme is not null
            or (targets.branch is not null and not targets.is_main_branch)
            then 'inferred'
        else 'verified'
    end as evidence
from targets
left join sprints as tagged on tagged.sprint = targets.sprint_tag
left join sprints as timed on targets.requested_at >= timed.starts_at and targets.requested_at < timed.ends_at
left join last_commits on last_commits.repo = targets.target_repo
left join known_changes on known_changes.repo = targets.target_repo and known_changes.pr_number = targets.pr_number
left join commits on commits.repo = targets.target_repo and commits.commit_sha = targets.commit_sha
left join commit_kinds
    on commit_kinds.repo = targets.target_repo
    and commit_kinds.commit_sha = targets.commit_sha
    and commit_kinds.theme <> 'uncategorized'
left join change_themes
    on change_themes.repo = targets.target_repo
    and change_themes.pr_number = targets.pr_number
    and change_themes.place = 1
left join commit_kinds as commit_types
    on commit_types.repo = targets.target_repo
    and commit_types.commit_sha = targets.commit_sha
    and commit_types.work_type not in ('merge', 'unknown')
left join change_types
    on change_types.repo = targets.target_repo
    and change_types.pr_number = targets.pr_number
    and change_types.place = 1
left join label_themes as feature_themes
    on feature_themes.kind = 'feature' and feature_themes.label = targets.feature
left join label_themes as branch_themes on branch_themes.kind = 'branch' and branch_themes.label = targets.branch
left join forge_repos on forge_repos.repo = targets.target_repo
left join last_requests on last_requests.repo = targets.repo and last_requests.branch = targets.branch
left join merged_branches on merged_branches.repo = targets.target_repo and merged_branches.branch = targets.branch
