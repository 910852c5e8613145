-- Which paths did the sprint's commits change, of which area, kind and language?
-- One row per commit and path.
--
-- sprint: id of the sprint
-- repo: repository
-- commit_sha: commit
-- committed_date: its day in the project's zone
-- path: path after the change
-- change_kind: A, M, D, R, C or T
-- added_lines: lines added; NULL when not counted
-- deleted_lines: lines deleted; NULL when not counted
-- lines_status: counted, binary (no lines to count) or missing (the content is not in the clone)
-- area: the team's area
-- kind: code, test, documentation, configuration, build, ci, data, asset, generated, vendored, lock, or other: the name tells none
-- is_own: false for generated, vendored and lock files, whose lines nobody in the team wrote; true for all others
-- language: language by file name; NULL when the name tells none
--
-- Left out: merges (they have no rows of their own) and the boundary of a shallow clone.
-- Evidence: inferred
select
    sprint_commits.sprint,
    sprint_commits.repo,
    sprint_commits.commit_sha,
    sprint_commits.committed_date,
    commit_files.path,
    commit_files.change_kind,
    commit_files.added_lines,
    commit_files.deleted_lines,
    commit_files.lines_status,
    coalesce(file_kinds.area, 'other') as area,
    coalesce(file_kinds.kind, 'other') as kind,
    coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true) as is_own,
    file_kinds.language
from sprint_commits
inner join commit_files
    on commit_files.repo = sprint_commits.repo and commit_files.commit_sha = sprint_commits.commit_sha
left join file_kinds on file_kinds.repo = commit_files.repo and file_kinds.path = commit_files.path
