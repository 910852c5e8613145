-- Which identifiers did the sprint swap for others?
-- One row per change and pair of identifiers; models first, then by reach.
--
-- repo: repository
-- pr_number: pull request; NULL: none is known
-- last_sha: last commit that did it
-- changed_at: when it landed, UTC
-- swap_class: model, dependency bump, rename or other
-- old_token: identifier that was replaced, secrets masked
-- new_token: identifier in its place, secrets masked
-- file_count: files in which it was swapped
-- own_file_count: those that are not generated, vendored or lock files
-- area_count: areas of all of them
-- line_count: lines on which nothing but the identifier changed
-- group_swap_count: swaps of the same change that belong together with it, itself included
-- remaining_file_count: files that still named the old one right after; NULL: not looked for
-- finding_count: findings of what it left behind (swap_incomplete)
-- open_finding_count: those that no commit has settled
-- is_new_priced: whether a price of the new model was known on that day; NULL: no model swap
--
-- Left out: lines that were wrapped anew, and two substitutions on one line; fewer than three files.
-- Evidence: inferred
with residues as (
    select
        repo,
        change_key,
        old_token,
        new_token,
        count(*) filter (where is_finding) as finding_count,
        count(*) filter (where is_finding and status = 'open') as open_finding_count
    from swap_residues
    where sprint = $sprint
    group by all
)

select
    swaps.repo,
    swaps.pr_number,
    swaps.last_sha,
    swaps.changed_at,
    swaps.swap_class,
    swaps.old_token,
    swaps.new_token,
    swaps.file_count,
    swaps.own_file_count,
    swaps.area_count,
    swaps.line_count,
    count(*) over (partition by swaps.repo, swaps.change_key, swaps.group_key) as group_swap_count,
    swaps.remaining_file_count,
    coalesce(residues.finding_count, 0) as finding_count,
    coalesce(residues.open_finding_count, 0) as open_finding_count,
    swaps.is_new_priced
from swaps
left join residues
    on residues.repo = swaps.repo
    and residues.change_key = swaps.change_key
    and residues.old_token = swaps.old_token
    and residues.new_token = swaps.new_token
where swaps.sprint = $sprint
order by
    case swaps.swap_class when 'model' then 1 when 'rename' then 2 when 'other' then 3 else 4 end,
    swaps.own_file_count desc,
    swaps.changed_at,
    swaps.repo,
    swaps.last_sha,
    swaps.old_token,
    swaps.new_token
