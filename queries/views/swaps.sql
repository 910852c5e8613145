-- Which identifiers were swapped for others, by which change, and how far did it reach?
-- One row per change and pair of identifiers: a pull request, or a commit without one.
--
-- repo: repository
-- change_key: # and the number of the pull request, or the commit's id
-- pr_number: pull request; NULL: none is known
-- old_token: identifier that was replaced, secrets masked
-- new_token: identifier in its place, secrets masked
-- swap_class: model (the price data knows one of them), dependency bump, rename or other
-- class_rule: what decided the class
-- group_key: what differs between both; swaps of one change with the same key belong together
-- commit_count: commits of the change that did it
-- last_sha: the last of them
-- changed_at: when the change landed, UTC
-- sprint: sprint of that moment; NULL: none
-- file_count: files in which it was swapped
-- own_file_count: those that are not generated, vendored or lock files
-- area_count: areas of all of them
-- line_count: lines on which nothing but the identifier changed
-- paths: paths of the files
-- remaining_file_count: files that still named the old one right after the change; NULL: not looked for
-- remaining_place_count: lines of these files that did; NULL likewise
-- unread_count: contents of that tree that are not in the clone; NULL likewise
-- is_new_priced: whether a price of the new model was known on that day; NULL: no model swap
-- is_masked: true when an identifier was masked, so that nothing could be looked for
--
-- Left out: commits outside every sprint; lines that were wrapped anew, and two substitutions on one line; fewer than three files.
-- Evidence: inferred
with own as (
    select
        token_swaps.repo,
        change_commits.change_key,
        change_commits.pr_number,
        token_swaps.old_token,
        token_swaps.new_token,
        any_value(token_swaps.swap_class) as swap_class,
        any_value(token_swaps.class_rule) as class_rule,
        any_value(token_swaps.group_key) as group_key,
        count(*) as commit_count,
        max_by(token_swaps.commit_sha, (commits.committed_at, token_swaps.commit_sha)) as last_sha,
        max(change_commits.changed_at) as changed_at,
        any_value(change_commits.sprint) as sprint,
        list_sort(list_distinct(flatten(list(token_swaps.paths)))) as paths,
        sum(token_swaps.line_count)::bigint as line_count,
        bool_or(token_swaps.is_masked) as is_masked
    from token_swaps
    inner join change_commits
        on change_commits.repo = token_swaps.repo and change_commits.commit_sha = token_swaps.commit_sha
    inner join commits on commits.repo = token_swaps.repo and commits.commit_sha = token_swaps.commit_sha
    group by all
),

reached as (
    select
        files.repo,
        files.change_key,
        files.old_token,
        files.new_token,
        count(*) filter (where coalesce(file_kinds.kind, 'other') not in ('generated', 'vendored', 'lock')) as own_file_count,
        count(distinct coalesce(file_kinds.area, 'other')) as area_count
    from (select repo, change_key, old_token, new_token, unnest(paths) as path from own) as files
    left join file_kinds on file_kinds.repo = files.repo and file_kinds.path = files.path
    group by all
)

select
    own.repo,
    own.change_key,
    own.pr_number,
    own.old_token,
    own.new_token,
    own.swap_class,
    own.class_rule,
    own.group_key,
    own.commit_count,
    own.last_sha,
    own.changed_at,
    own.sprint,
    len(own.paths) as file_count,
    reached.own_file_count,
    reached.area_count,
    own.line_count,
    own.paths,
    swap_censuses.remaining_file_count,
    swap_censuses.remaining_place_count,
    swap_censuses.unread_count,
    swap_censuses.is_new_priced,
    own.is_masked
from own
inner join reached
    on reached.repo = own.repo
    and reached.change_key = own.change_key
    and reached.old_token = own.old_token
    and reached.new_token = own.new_token
left join swap_censuses
    on swap_censuses.repo = own.repo
    and swap_censuses.change_key = own.change_key
    and swap_censuses.old_token = own.old_token
    and swap_censuses.new_token = own.new_token
