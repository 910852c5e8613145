-- Which files does a change touch: a pull request as one, else a commit?
-- One row per change and file by its newest name, generated, vendored and lock files left out.
--
-- repo: repository
-- change_key: # and the number of the pull request, or the commit's id (change_commits)
-- pr_number: pull request; NULL: none is known
-- changed_at: when the change landed, UTC
-- commit_sha: the newest of its commits
-- author_key: who wrote that one, as in sprint_commits
-- is_bot: true when a programme with a fixed task did
-- path: newest name of the file (file_names)
-- gone_at: when the file was deleted, UTC; NULL: it is there
-- is_routine: true for changelogs, version files and snapshots, which move with nearly everything
-- file_count: files that the change touches, counted like these rows
--
-- What was undone within a pull request counts as touched.
-- Left out: merges; changes without a readable time.
-- Evidence: inferred
with newest as (
    select
        change_commits.repo,
        change_commits.change_key,
        change_commits.pr_number,
        change_commits.changed_at,
        commits.commit_sha,
        coalesce(identities.author_key, lower(commits.author_email), commits.author_name) as author_key,
        coalesce(commit_attribution.author_kind = 'bot', false) as is_bot,
        row_number() over (
            partition by change_commits.repo, change_commits.change_key
            order by commits.committed_at desc nulls last, commits.commit_sha desc
        ) as place
    from change_commits
    inner join commits on commits.repo = change_commits.repo and commits.commit_sha = change_commits.commit_sha
    left join commit_attribution
        on commit_attribution.repo = commits.repo and commit_attribution.commit_sha = commits.commit_sha
    left join identities
        on identities.repo = commits.repo
        and identities.email = coalesce(commits.author_email, '')
        and identities.name = coalesce(commits.author_name, '')
    where change_commits.changed_at is not null
),

files as (
    select
        change_commits.repo,
        change_commits.change_key,
        coalesce(file_names.newest_path, commit_files.path) as path,
        file_names.gone_at
    from change_commits
    inner join commit_files
        on commit_files.repo = change_commits.repo and commit_files.commit_sha = change_commits.commit_sha
    left join file_names on file_names.repo = commit_files.repo and file_names.path = commit_files.path
    group by all
),

own_files as (
    select
        files.repo,
        files.change_key,
        files.path,
        files.gone_at,
        count(*) over (partition by files.repo, files.change_key) as file_count
    from files
    left join file_kinds on file_kinds.repo = files.repo and file_kinds.path = files.path
    where coalesce(file_kinds.kind not in ('generated', 'vendored', 'lock'), true)
)

select
    own_files.repo,
    own_files.change_key,
    newest.pr_number,
    newest.changed_at,
    newest.commit_sha,
    newest.author_key,
    newest.is_bot,
    own_files.path,
    own_files.gone_at,
    regexp_matches(
        lower(own_files.path),
        '(^|/)(change_?log|changes|history|news|releases?|release[-_ ]?notes?|whats[-_]?new)([-_.]v?[0-9][^/]*)?\.?(md|mdx|rst|txt|adoc)?$'
        || '|(^|/)(\.changeset|changelogs?(\.d)?|changes\.d|newsfragments|release[-_]?notes|__snapshots__|snapshots|cassettes)/'
        || '|(^|/)(_{0,2}version_{0,2}|version[-_]?(info|number)|_{0,2}about_{0,2})(\.[a-z]+)?$'
    ) as is_routine,
    own_files.file_count
from own_files
inner join newest on newest.repo = own_files.repo and newest.change_key = own_files.change_key and newest.place = 1
