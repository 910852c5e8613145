-- Which commits of the default branch deleted lines, and how many of them somebody had written?
-- One row per commit other than a merge.
--
-- repo: repository
-- commit_sha: commit that deleted the lines
-- authored_at: when it was written, UTC; NULL: no readable time
-- committed_at: when it was committed, UTC; NULL: no readable time
-- own_deleted_lines: lines that it deleted in files that are neither generated nor vendored nor lock files
-- left_out_paths: paths of such files in which it deleted lines, sorted
--
-- Left out: boundaries of shallow clones, repositories that retro.toml no longer names, repeated_commits, copied_commits.
-- Evidence: inferred
select
    commits.repo,
    commits.commit_sha,
    commits.authored_at,
    commits.committed_at,
    coalesce(
        sum(files.deleted_lines) filter (where coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true)),
        0
    )::bigint as own_deleted_lines,
    coalesce(
        list(files.path order by files.path) filter (where file_kinds.kind in ('generated', 'vendored', 'lock')),
        []
    ) as left_out_paths
from commits
inner join repos on repos.repo = commits.repo and repos.is_configured
inner join commit_files as files
    on files.repo = commits.repo and files.commit_sha = commits.commit_sha and files.deleted_lines > 0
left join file_kinds on file_kinds.repo = files.repo and file_kinds.path = files.path
left join repeated_commits as repeated
    on repeated.repo = commits.repo and repeated.commit_sha = commits.commit_sha
left join copied_commits as copied
    on copied.repo = commits.repo and copied.commit_sha = commits.commit_sha
where
    commits.is_on_default_branch
    and not commits.is_merge
    and not commits.is_boundary
    and repeated.commit_sha is null
    and copied.commit_sha is null
group by commits.repo, commits.commit_sha, commits.authored_at, commits.committed_at
