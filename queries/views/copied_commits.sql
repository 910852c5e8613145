-- Which commits of the default branch bring a change that another commit of it had brought before?
-- One row per commit that is not counted for this: picked from a branch that was merged later, say, or the one it was picked from.
--
-- repo: repository
-- commit_sha: commit that is not counted
-- counted_sha: commit that counts in its place: the first to bring the change, or to bring it again after a revert
--
-- What comes again after a commit that says "This reverts commit ..." of it is no copy: it counts once more, unless the revert
-- was reverted itself.
-- Left out: commits off the default branch; copies in another repository (repeated_commits).
-- Kept: nearly all metrics read it
-- Evidence: inferred
with members as (
    select
        change_identities.repo,
        change_identities.commit_sha,
        change_identities.canonical_sha,
        commits.landed_at
    from change_identities
    inner join commits on commits.repo = change_identities.repo and commits.commit_sha = change_identities.commit_sha
    where commits.is_on_default_branch
),

copies as (
    select
        *,
        row_number() over landings as place,
        lag(landed_at) over landings as before_at,
        count(*) over (partition by repo, canonical_sha) as copy_count
    from members
    window landings as (
        partition by repo, canonical_sha
        order by case when commit_sha = canonical_sha then 0 else 1 end, landed_at, commit_sha
    )
    qualify copy_count > 1
),

reverting as (
    select
        repo,
        commit_sha,
        landed_at,
        unnest(regexp_extract_all(body, '\bThis reverts commit ([0-9a-f]{40,64})\b', 1)) as reverted_sha
    from commits
    where
        is_on_default_branch
        and (select count(*) from copies) > 0
        and contains(body, 'This reverts commit ')
),

undone as (
    select
        reverting.repo,
        copies.canonical_sha,
        reverting.landed_at
    from reverting
    inner join copies on copies.repo = reverting.repo and copies.commit_sha = reverting.reverted_sha
    anti join reverting as again on again.repo = reverting.repo and again.reverted_sha = reverting.commit_sha
),

anew as (
    select distinct copies.repo, copies.commit_sha
    from copies
    inner join undone
        on undone.repo = copies.repo
        and undone.canonical_sha = copies.canonical_sha
        and undone.landed_at >= copies.before_at
        and undone.landed_at < copies.landed_at
),

judged as (
    select
        copies.repo,
        copies.commit_sha,
        copies.canonical_sha,
        copies.place,
        case when copies.place = 1 or anew.commit_sha is not null then copies.commit_sha end as counted_sha
    from copies
    left join anew on anew.repo = copies.repo and anew.commit_sha = copies.commit_sha
),

led as (
    select
        repo,
        commit_sha,
        last_value(counted_sha ignore nulls) over (
            partition by repo, canonical_sha
            order by place
            rows between unbounded preceding and current row
        ) as counted_sha
    from judged
)

select
    repo,
    commit_sha,
    counted_sha
from led
where commit_sha <> counted_sha
