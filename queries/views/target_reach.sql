-- How far did each change and each sprint reach?
-- One row per target of reach_commits that changed a file.
--
-- target_kind: change or sprint
-- target_repo: repository of a change; - for a sprint
-- target: key of the change, or id of the sprint
-- sprint: sprint of the target; -: none
-- reached_at: when it was over, UTC; NULL: unknown
-- commit_count: commits that changed a file, merges left out
-- repo_count: repositories
-- file_count: distinct paths changed, of all kinds
-- own_file_count: those that are neither generated nor vendored nor lock files
-- added_lines: sum of lines added in files of all kinds
-- deleted_lines: sum of lines deleted likewise
-- own_added_lines: added_lines without those of generated, vendored and lock files
-- own_deleted_lines: deleted_lines likewise
-- uncounted_file_count: own files of which a change has no count of lines (binary, or not in the clone)
-- area_count: distinct areas of its own files
-- effective_areas: how many of them count, as target_spreads has it; NULL: no own file
-- kind_count: distinct kinds of its own files
-- language_count: distinct languages of its own files
-- function_count: distinct functions changed, by path and name, in the files whose functions are known; NULL: known of none
-- function_unknown_file_count: own files of code and tests whose functions are not known: not asked for, or of no language that is parsed
-- people_count: distinct people, bots left out, with a commit in one of its own files in the 365 days up to reached_at, its own commits included; NULL: reached_at is unknown
-- created_file_count: own files that it added
-- young_21d_file_count: own files that were there before it, for less than 21 days
-- young_90d_file_count: likewise less than 90 days, those of less than 21 days included
-- unknown_age_file_count: own files that were there before it, of which the age is not known
-- code_file_count: own files of kind code
-- test_file_count: own files of kind test
-- documentation_file_count: own files of kind documentation
-- has_tests_along: true when tests moved along with code; NULL: no code changed
--
-- Lines are summed over its commits, so that a line written and rewritten counts twice. A file that was moved counts under both
-- names when it was changed under both. The age of a file goes by file_births, when the first of these commits changed it.
-- Left out: what a merge itself changed; commits that changed no file.
-- Evidence: inferred
with targets as materialized (
    select
        target_kind,
        target_repo,
        target,
        sprint,
        reached_at,
        repo,
        commit_sha
    from reach_commits
),

changes as (
    select
        targets.target_kind,
        targets.target_repo,
        targets.target,
        targets.sprint,
        targets.reached_at,
        targets.repo,
        targets.commit_sha,
        commits.committed_at,
        commit_files.path,
        commit_files.change_kind,
        commit_files.added_lines,
        commit_files.deleted_lines,
        commit_files.lines_status,
        coalesce(file_kinds.area, 'other') as area,
        coalesce(file_kinds.kind, 'other') as kind,
        coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true) as is_own,
        file_kinds.language
    from targets
    inner join commit_files
        on commit_files.repo = targets.repo and commit_files.commit_sha = targets.commit_sha
    inner join commits on commits.repo = targets.repo and commits.commit_sha = targets.commit_sha
    left join file_kinds on file_kinds.repo = commit_files.repo and file_kinds.path = commit_files.path
),

sizes as (
    select
        target_kind,
        target_repo,
        target,
        sprint,
        max(reached_at) as reached_at,
        count(distinct (repo, commit_sha)) as commit_count,
        count(distinct repo) as repo_count,
        count(distinct (repo, path)) as file_count,
        coalesce(sum(added_lines), 0)::bigint as added_lines,
        coalesce(sum(deleted_lines), 0)::bigint as deleted_lines,
        coalesce(sum(added_lines) filter (where is_own), 0)::bigint as own_added_lines,
        coalesce(sum(deleted_lines) filter (where is_own), 0)::bigint as own_deleted_lines
    from changes
    group by all
),

files as (
    select
        target_kind,
        target_repo,
        target,
        sprint,
        repo,
        path,
        area,
        kind,
        language,
        max(reached_at) as reached_at,
        min(committed_at) as touched_at,
        bool_or(change_kind in ('A', 'C')) as is_created,
        bool_or(lines_status <> 'counted') as is_uncounted
    from changes
    where is_own
    group by all
),

parsed as (
    select distinct
        targets.target_kind,
        targets.target_repo,
        targets.target,
        targets.sprint,
        function_files.repo,
        function_files.path
    from targets
    inner join function_files
        on function_files.repo = targets.repo and function_files.commit_sha = targets.commit_sha
    where function_files.status = 'parsed'
),

aged as (
    select
        files.*,
        case when not files.is_created then epoch(files.touched_at) - epoch(file_births.born_at) end as age_seconds,
        parsed.path is not null as is_parsed
    from files
    left join file_births on file_births.repo = files.repo and file_births.path = files.path
    left join parsed
        on parsed.target_kind = files.target_kind and parsed.target_repo = files.target_repo
        and parsed.target = files.target and parsed.sprint = files.sprint
        and parsed.repo = files.repo and parsed.path = files.path
),

own_sizes as (
    select
        target_kind,
        target_repo,
        target,
        sprint,
        count(*) filter (where is_uncounted) as uncounted_file_count,
        count(distinct kind) as kind_count,
        count(distinct language) as language_count,
        count(*) filter (where kind in ('code', 'test') and not is_parsed) as function_unknown_file_count,
        count(*) filter (where is_parsed) as parsed_file_count,
        count(*) filter (where is_created) as created_file_count,
        count(*) filter (where age_seconds < 21 * 86400) as young_21d_file_count,
        count(*) filter (where age_seconds < 90 * 86400) as young_90d_file_count,
        count(*) filter (where not is_created and age_seconds is null) as unknown_age_file_count,
        count(*) filter (where kind = 'code') as code_file_count,
        count(*) filter (where kind = 'test') as test_file_count,
        count(*) filter (where kind = 'documentation') as documentation_file_count
    from aged
    group by all
),

functions as (
    select
        targets.target_kind,
        targets.target_repo,
        targets.target,
        targets.sprint,
        count(distinct (commit_functions.repo, commit_functions.path, commit_functions.function_name)) as function_count
    from targets
    inner join commit_functions
        on commit_functions.repo = targets.repo and commit_functions.commit_sha = targets.commit_sha
    group by all
),

workers as (
    select
        commit_files.repo,
        commit_files.path,
        commits.committed_at,
        coalesce(identities.author_key, lower(commits.author_email), commits.author_name) as author_key
    from commit_files
    inner join commits on commits.repo = commit_files.repo and commits.commit_sha = commit_files.commit_sha
    left join commit_attribution as attribution
        on attribution.repo = commits.repo and attribution.commit_sha = commits.commit_sha
    left join identities
        on identities.repo = commits.repo
        and identities.email = coalesce(commits.author_email, '')
        and identities.name = coalesce(commits.author_name, '')
    where commits.is_on_default_branch and coalesce(attribution.author_kind, 'unknown') <> 'bot'
),

people as (
    select
        files.target_kind,
        files.target_repo,
        files.target,
        files.sprint,
        count(distinct workers.author_key) as people_count
    from files
    inner join workers
        on workers.repo = files.repo and workers.path = files.path
        and workers.committed_at > files.reached_at - interval 365 day and workers.committed_at <= files.reached_at
    group by all
)

select
    sizes.target_kind,
    sizes.target_repo,
    sizes.target,
    sizes.sprint,
    sizes.reached_at,
    sizes.commit_count,
    sizes.repo_count,
    sizes.file_count,
    coalesce(target_spreads.own_file_count, 0) as own_file_count,
    sizes.added_lines,
    sizes.deleted_lines,
    sizes.own_added_lines,
    sizes.own_deleted_lines,
    coalesce(own_sizes.uncounted_file_count, 0) as uncounted_file_count,
    coalesce(target_spreads.area_count, 0) as area_count,
    target_spreads.effective_areas,
    coalesce(own_sizes.kind_count, 0) as kind_count,
    coalesce(own_sizes.language_count, 0) as language_count,
    case
        when own_sizes.parsed_file_count > 0 or coalesce(own_sizes.function_unknown_file_count, 0) = 0
            then coalesce(functions.function_count, 0)
    end as function_count,
    coalesce(own_sizes.function_unknown_file_count, 0) as function_unknown_file_count,
    case when sizes.reached_at is not null then coalesce(people.people_count, 0) end as people_count,
    coalesce(own_sizes.created_file_count, 0) as created_file_count,
    coalesce(own_sizes.young_21d_file_count, 0) as young_21d_file_count,
    coalesce(own_sizes.young_90d_file_count, 0) as young_90d_file_count,
    coalesce(own_sizes.unknown_age_file_count, 0) as unknown_age_file_count,
    coalesce(own_sizes.code_file_count, 0) as code_file_count,
    coalesce(own_sizes.test_file_count, 0) as test_file_count,
    coalesce(own_sizes.documentation_file_count, 0) as documentation_file_count,
    case when own_sizes.code_file_count > 0 then own_sizes.test_file_count > 0 end as has_tests_along
from sizes
left join own_sizes using (target_kind, target_repo, target, sprint)
left join target_spreads using (target_kind, target_repo, target, sprint)
left join functions using (target_kind, target_repo, target, sprint)
left join people using (target_kind, target_repo, target, sprint)
