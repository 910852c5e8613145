-- Which commits brought a change to the default branch, when, how large, and who wrote it?
-- One row per commit other than a merge; a change that landed more than once counts once.
--
-- repo: repository
-- commit_sha: commit
-- authored_at: when it was written, UTC; NULL: no readable time
-- committed_at: committer time, UTC; NULL likewise
-- landed_at: when it landed, UTC; NULL likewise
-- author_kind: agent, bot, human or unknown
-- own_added_lines: lines added without generated, vendored and lock files
-- code_added_lines: those of them in code and tests
-- own_changed_lines: lines added and deleted likewise
-- size_class: by own_changed_lines: none, up to 10, 11 to 50, 51 to 200, over 200
--
-- Left out: merges, boundaries of shallow clones, repositories that retro.toml no longer names, repeated_commits, copied_commits.
-- Evidence: inferred
with sizes as (
    select
        files.repo,
        files.commit_sha,
        sum(coalesce(files.added_lines, 0))::bigint as added_lines,
        sum(case when file_kinds.kind in ('code', 'test') then coalesce(files.added_lines, 0) else 0 end)::bigint as code_lines,
        sum(coalesce(files.added_lines, 0) + coalesce(files.deleted_lines, 0))::bigint as changed_lines
    from commit_files as files
    left join file_kinds on file_kinds.repo = files.repo and file_kinds.path = files.path
    where coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true)
    group by files.repo, files.commit_sha
)

select
    commits.repo,
    commits.commit_sha,
    commits.authored_at,
    commits.committed_at,
    commits.landed_at,
    coalesce(commit_attribution.author_kind, 'unknown') as author_kind,
    coalesce(sizes.added_lines, 0) as own_added_lines,
    coalesce(sizes.code_lines, 0) as code_added_lines,
    coalesce(sizes.changed_lines, 0) as own_changed_lines,
    case
        when coalesce(sizes.changed_lines, 0) = 0 then 'none'
        when sizes.changed_lines <= 10 then 'up to 10'
        when sizes.changed_lines <= 50 then '11 to 50'
        when sizes.changed_lines <= 200 then '51 to 200'
        else 'over 200'
    end as size_class
from commits
inner join repos on repos.repo = commits.repo and repos.is_configured
left join sizes on sizes.repo = commits.repo and sizes.commit_sha = commits.commit_sha
left join commit_attribution
    on commit_attribution.repo = commits.repo and commit_attribution.commit_sha = commits.commit_sha
left join copied_commits as copied
    on copied.repo = commits.repo and copied.commit_sha = commits.commit_sha
left join repeated_commits as repeated
    on repeated.repo = commits.repo and repeated.commit_sha = commits.commit_sha
where
    commits.is_on_default_branch
    and not commits.is_merge
    and not commits.is_boundary
    and copied.commit_sha is null
    and repeated.commit_sha is null
