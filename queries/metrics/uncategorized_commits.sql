-- Which commits does no theme take?
-- One row per commit, newest first.
--
-- repo: repository
-- commit_sha: commit
-- committed_at: committer time, UTC
-- work_type: kind of work
-- subject: first line of the message
--
-- Left out: nothing.
-- Evidence: inferred
-- Coverage: themes
select
    repo,
    commit_sha,
    committed_at,
    work_type,
    subject
from sprint_commits
where sprint = $sprint and theme = 'uncategorized'
order by committed_at desc, repo, commit_sha
