-- How many files did each swap of the sprint reach in each area?
-- One row per swap and area, swaps as in sprint_swaps, then the area with most files first.
--
-- repo: repository
-- pr_number: pull request; NULL: none is known
-- last_sha: last commit that did it
-- swap_class: model, dependency bump, rename or other
-- old_token: identifier that was replaced, secrets masked
-- new_token: identifier in its place, secrets masked
-- area: area of the files
-- file_count: files in which it was swapped
-- own_file_count: those that are not generated, vendored or lock files
-- code_file_count: those that are code
-- test_file_count: those that are tests
-- documentation_file_count: those that are documents
-- file_share: part of the swap's files, 0 to 1
--
-- Evidence: inferred
with chosen as (
    select
        swaps.repo,
        swaps.pr_number,
        swaps.last_sha,
        swaps.swap_class,
        swaps.old_token,
        swaps.new_token,
        swaps.own_file_count as reach,
        swaps.changed_at,
        unnest(swaps.paths) as path
    from swaps
    where swaps.sprint = $sprint
),

judged as (
    select
        chosen.* exclude (path),
        coalesce(file_kinds.area, 'other') as area,
        coalesce(file_kinds.kind, 'other') as kind
    from chosen
    left join file_kinds on file_kinds.repo = chosen.repo and file_kinds.path = chosen.path
)

select
    repo,
    pr_number,
    last_sha,
    swap_class,
    old_token,
    new_token,
    area,
    count(*) as file_count,
    count(*) filter (where kind not in ('generated', 'vendored', 'lock')) as own_file_count,
    count(*) filter (where kind = 'code') as code_file_count,
    count(*) filter (where kind = 'test') as test_file_count,
    count(*) filter (where kind = 'documentation') as documentation_file_count,
    count(*) / sum(count(*)) over (partition by repo, last_sha, old_token, new_token) as file_share
from judged
group by repo, pr_number, last_sha, swap_class, old_token, new_token, area, reach, changed_at
order by
    case swap_class when 'model' then 1 when 'rename' then 2 when 'other' then 3 else 4 end,
    reach desc,
    changed_at,
    repo,
    last_sha,
    old_token,
    new_token,
    file_count desc,
    area
