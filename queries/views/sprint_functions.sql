-- Which functions did the sprint's commits change?
-- One row per commit and function.
--
-- sprint: id of the sprint
-- repo: repository
-- commit_sha: commit
-- path: path after the change
-- function_name: name with its class where it can be told
-- start_line: first line in the new file, of a deleted function in the old one
-- change_kind: added, modified or deleted
-- added_lines: lines added within it
-- deleted_lines: lines deleted within it
-- complexity_before: cyclomatic complexity before the commit; NULL: there was no such function
-- complexity_after: cyclomatic complexity after the commit; NULL: deleted
-- language: language by file name
-- area: the team's area
-- is_anonymous: true for a function without a name
-- first_place: 1 for the sprint's first change of a function of this path and name, counting on in time
-- last_place: 1 for the last one, counting back in time
--
-- Left out: merges; commits whose functions were not asked for (only the sprint built last and the one before it are).
-- Evidence: inferred
select
    sprint_commits.sprint,
    sprint_commits.repo,
    sprint_commits.commit_sha,
    commit_functions.path,
    commit_functions.function_name,
    commit_functions.start_line,
    commit_functions.change_kind,
    commit_functions.added_lines,
    commit_functions.deleted_lines,
    commit_functions.complexity_before,
    commit_functions.complexity_after,
    commit_functions.language,
    coalesce(file_kinds.area, 'other') as area,
    commit_functions.function_name like '%(anonymous)' as is_anonymous,
    row_number() over (
        partition by
            sprint_commits.sprint,
            sprint_commits.repo,
            commit_functions.path,
            commit_functions.function_name
        order by
            sprint_commits.committed_at,
            sprint_commits.commit_sha,
            commit_functions.change_kind,
            commit_functions.start_line
    ) as first_place,
    row_number() over (
        partition by
            sprint_commits.sprint,
            sprint_commits.repo,
            commit_functions.path,
            commit_functions.function_name
        order by
            sprint_commits.committed_at desc,
            sprint_commits.commit_sha desc,
            commit_functions.change_kind desc,
            commit_functions.start_line desc
    ) as last_place
from sprint_commits
inner join commit_functions
    on commit_functions.repo = sprint_commits.repo and commit_functions.commit_sha = sprint_commits.commit_sha
left join file_kinds
    on file_kinds.repo = commit_functions.repo and file_kinds.path = commit_functions.path
