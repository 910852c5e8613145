-- What did swaps of identifiers leave behind?
-- One row per file that still named the old identifier right after a swap, and per new model without a price.
--
-- repo: repository
-- change_key: the change, as in swaps
-- pr_number: pull request; NULL: none is known
-- old_token: identifier that was replaced
-- new_token: identifier in its place
-- swap_class: model, rename or other
-- sprint: sprint in which the swap landed; NULL: none
-- changed_at: when it landed, UTC
-- swapped_file_count: files in which it was swapped
-- remaining_file_count: files that still named the old one then
-- residue: price file (prices, limits or catalog of the old one alone), model without a price, or place
-- path: file; NULL: a model without a price
-- area: its area; NULL likewise
-- kind: its kind; NULL likewise
-- line: first line that named it; NULL likewise
-- place_count: lines that named it; NULL likewise
-- text: that first line, secrets masked; NULL likewise
-- form: exact, or without provider; NULL likewise
-- has_new: whether the file named the new one as well; NULL likewise
-- is_kept: true when [swaps] keep in retro.toml says that the file rightly names it
-- is_finding: true when it is a finding (swap_incomplete): a price file, a model without a price, or the last one to three files
-- confidence: measured share of such places that were followed up within 30 days, 0 to 1; NULL: not measured
-- status: open, removed, or kept
-- removed_sha: commit since which the file no longer names it (a price file: or names the new one too); NULL: not yet, or not told
-- removed_at: when that commit was made, UTC; NULL likewise
-- removal_days: days from the swap to that commit; NULL likewise
--
-- Left out: generated, vendored and lock files; change logs; swaps that left more than 20 files; dependency bumps.
-- Evidence: inferred
with left_open as (
    select
        swap_leftovers.repo,
        swap_leftovers.change_key,
        swap_leftovers.old_token,
        swap_leftovers.new_token,
        case when swap_leftovers.is_price_file and not swap_leftovers.has_new then 'price file' else 'place' end as residue,
        swap_leftovers.path,
        coalesce(file_kinds.area, 'other') as area,
        coalesce(file_kinds.kind, 'other') as kind,
        swap_leftovers.line,
        swap_leftovers.place_count,
        swap_leftovers.text,
        swap_leftovers.form,
        swap_leftovers.has_new,
        swap_leftovers.is_kept,
        swap_leftovers.is_gone,
        swap_leftovers.removed_sha,
        swap_leftovers.removed_at
    from swap_leftovers
    left join file_kinds on file_kinds.repo = swap_leftovers.repo and file_kinds.path = swap_leftovers.path
    union all by name
    select
        repo,
        change_key,
        old_token,
        new_token,
        'model without a price' as residue,
        false as is_kept,
        false as is_gone
    from swap_censuses
    where not is_new_priced
)

select
    swaps.repo,
    swaps.change_key,
    swaps.pr_number,
    swaps.old_token,
    swaps.new_token,
    swaps.swap_class,
    swaps.sprint,
    swaps.changed_at,
    swaps.file_count as swapped_file_count,
    swaps.remaining_file_count,
    left_open.residue,
    left_open.path,
    left_open.area,
    left_open.kind,
    left_open.line,
    left_open.place_count,
    left_open.text,
    left_open.form,
    left_open.has_new,
    left_open.is_kept,
    findings.rule is not null as is_finding,
    findings.confidence,
    case when left_open.is_kept then 'kept' when left_open.is_gone then 'removed' else 'open' end as status,
    left_open.removed_sha,
    left_open.removed_at,
    epoch(left_open.removed_at - swaps.changed_at) / 86400.0 as removal_days
from swaps
inner join left_open
    on left_open.repo = swaps.repo
    and left_open.change_key = swaps.change_key
    and left_open.old_token = swaps.old_token
    and left_open.new_token = swaps.new_token
left join swap_censuses
    on swap_censuses.repo = swaps.repo
    and swap_censuses.change_key = swaps.change_key
    and swap_censuses.old_token = swaps.old_token
    and swap_censuses.new_token = swaps.new_token
left join findings
    on findings.rule = 'swap_incomplete'
    and findings.repo = swaps.repo
    and findings.finding_key = left(
        swap_censuses.commit_sha || ' ' || coalesce(left_open.path, '') || ' ' || swaps.old_token || ' > ' || swaps.new_token,
        400
    )
