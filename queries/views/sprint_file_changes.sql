-- Which paths did the sprint's commits change, in which area and language?
-- One row per commit and path.
--
-- sprint: id of the sprint
-- repo: repository
-- commit_sha: commit
-- committed_date: its day in the project's zone
-- path: path after the change
-- change_kind: A, M, D, R, C or T
-- added_lines: lines added; NULL for a binary file
-- deleted_lines: lines deleted; NULL for a binary file
-- area: the team's area
-- language: language by file name; NULL when the name tells none
--
-- Left out: merges (they have no rows of their own) and the boundary of a shallow clone.
-- Evidence: verified
select
    sprint_commits.sprint,
    sprint_commits.repo,
    sprint_commits.commit_sha,
    sprint_commits.committed_date,
    commit_files.path,
    commit_files.change_kind,
    commit_files.added_lines,
    commit_files.deleted_lines,
    coalesce(file_kinds.area, 'other') as area,
    file_kinds.language
from sprint_commits
inner join commit_files
    on commit_files.repo = sprint_commits.repo and commit_files.commit_sha = sprint_commits.commit_sha
left join file_kinds on file_kinds.repo = commit_files.repo and file_kinds.path = commit_files.path
