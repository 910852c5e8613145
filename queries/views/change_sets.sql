-- Which changes of a sprint belong together although they lie in different repositories, and what says so?
-- One row per sprint and change that a link joins to a change of another repository.
--
-- sprint: sprint in which the changes landed
-- set_key: what tells the set apart within its sprint: its first change by repository and key
-- repo: repository
-- change_key: # and the number of the pull request, or the commit's id
-- pr_number: pull request; NULL: none is known
-- title: of the pull request, or subject of the commit; NULL: unknown
-- changed_at: when it landed, UTC
-- links: what joins it to the others, each as kind and text: ticket PAY-12, branch fleet/drain, reference lumen/web#7, link acme/web@920365a
-- evidence: inferred
--
-- A ticket is an id such as PAY-12 in a title, the name of a branch or a message, if changes of two repositories name it. A branch is one
-- name in two repositories, other than names that everybody uses (main, develop, release, patch-1) or tools make (dependabot,
-- renovate). A reference is owner/name#7, owner/name!7 or the address of a pull request; a link is the address of a commit; the
-- change that is meant must have landed in the same sprint. Owner and name are those of repos.remote_url; without one the name alone.
-- Left out: names such as UTF-8, SHA-256 or CVE-2024 that look like tickets; links that join more than 100 changes.
-- Evidence: inferred
with recursive texts as (
    select
        change_commits.sprint,
        change_commits.repo,
        change_commits.change_key,
        commits.subject || chr(10) || commits.body as text
    from change_commits
    inner join commits on commits.repo = change_commits.repo and commits.commit_sha = change_commits.commit_sha
    where change_commits.sprint is not null and (select count(*) from repos where is_configured) > 1
),

changes as materialized (
    select
        change_commits.sprint,
        change_commits.repo,
        change_commits.change_key,
        change_commits.pr_number,
        change_commits.changed_at,
        pulls.title as pr_title,
        pulls.head_ref,
        pulls.merged_sha,
        min(change_commits.commit_sha) as commit_sha
    from change_commits
    left join pull_requests as pulls
        on pulls.repo = change_commits.repo and pulls.pr_number = change_commits.pr_number
    where change_commits.sprint is not null and (select count(*) from repos where is_configured) > 1
    group by all
),

told as materialized (
    select
        sprint,
        repo,
        change_key,
        text
    from texts
    union all
    select
        changes.sprint,
        changes.repo,
        changes.change_key,
        concat_ws(chr(10), changes.pr_title, changes.head_ref, landing.subject, landing.body)
    from changes
    left join commits as landing on landing.repo = changes.repo and landing.commit_sha = changes.merged_sha
    where changes.pr_number is not null
),

addresses as (
    select
        repo,
        lower(regexp_extract(remote_url, '([^/:]+/[^/:]+?)(?:\.git)?/?$', 1)) as slug
    from repos
    where is_configured
),

tickets as (
    select distinct
        sprint,
        repo,
        change_key,
        unnest(regexp_extract_all(text, '\b([A-Z][A-Z0-9]{1,9}-[0-9]{1,6})\b', 1)) as ticket
    from told
),

mentions as (
    select distinct
        sprint,
        repo,
        change_key,
        unnest(
            regexp_extract_all(text, '(?:[[:alnum:]_.-]+/)+[[:alnum:]_.-]+[#!][0-9]{1,12}\b')
            || regexp_extract_all(
                text, '(?:[[:alnum:]_.-]+/)+[[:alnum:]_.-]+/(?:-/)?(?:pull|pulls|merge_requests)/[0-9]{1,12}\b'
            )
            || regexp_extract_all(text, '(?:[[:alnum:]_.-]+/)+[[:alnum:]_.-]+/(?:-/)?commit/[0-9a-f]{7,64}\b')
        ) as mention
    from told
),

parts as (
    select
        sprint,
        repo,
        change_key,
        lower(regexp_extract(mention, '([^/]+/[^/#!]+)(?:[#!]|/(?:-/)?(?:pull|pulls|merge_requests|commit)/)[0-9a-f]+$', 1)) as slug,
        '#' || regexp_extract(mention, '[#!/]([0-9]+)$', 1) as target_key,
        regexp_extract(mention, '/commit/([0-9a-f]+)$', 1) as target_prefix
    from mentions
),

resolved as (
    select
        parts.sprint,
        parts.repo,
        parts.change_key,
        case when parts.target_prefix <> '' then 'link' else 'reference' end as link_kind,
        parts.slug,
        coalesce(landed.change_key, parts.target_key) as target_key,
        case when parts.target_prefix <> '' then '@' || parts.target_prefix else parts.target_key end as target_text,
        addresses.repo as target_repo
    from parts
    inner join addresses
        on addresses.slug = parts.slug
        or (addresses.slug is null and lower(addresses.repo) = regexp_extract(parts.slug, '[^/]+$'))
    left join change_commits as landed
        on landed.repo = addresses.repo and landed.sprint = parts.sprint
        and left(landed.commit_sha, 7) = left(parts.target_prefix, 7)
        and starts_with(landed.commit_sha, parts.target_prefix)
    where addresses.repo <> parts.repo
),

members as (
    select
        sprint,
        'ticket ' || ticket as link,
        repo,
        change_key
    from tickets
    where not regexp_matches(
        ticket, '^(?:AES|CVE|CWE|EC|GHSA|GPT|HTTP|IEEE|ISO|LATIN|MD|PEP|RFC|RSA|SHA|TLS|UCS|US|UTF|WCAG|WINDOWS)[0-9]*-'
    )
    union all
    select
        sprint,
        'branch ' || head_ref,
        repo,
        change_key
    from changes
    where head_ref is not null
        and not regexp_matches(
            lower(head_ref),
            '^(?:(?:main|master|develop|development|dev|trunk|next|staging|production|release|gh-pages|update)(?:[/-].*)?'
            || '|(?:dependabot|renovate|snyk|pre-commit|imgbot|greenkeeper|backport|revert)[-/].*|(?:.*[/-])?patch-[0-9]+)$'
        )
    union all
    select
        resolved.sprint,
        resolved.link_kind || ' ' || resolved.slug || resolved.target_text,
        unnest([resolved.repo, changes.repo]),
        unnest([resolved.change_key, changes.change_key])
    from resolved
    inner join changes
        on changes.sprint = resolved.sprint and changes.repo = resolved.target_repo
        and changes.change_key = resolved.target_key
),

linked as materialized (
    select
        sprint,
        link,
        repo,
        change_key
    from (select distinct sprint, link, repo, change_key from members) as once
    qualify max(repo) over (partition by sprint, link) > min(repo) over (partition by sprint, link)
        and count(*) over (partition by sprint, link) <= 100
),

-- Every change takes over the first name among those that its links join, or the name that the change of its name took over,
-- until no name is new; it names the set. The second way halves a chain with every round.
joined as (
    select
        sprint,
        repo,
        change_key,
        repo || ' ' || change_key as name,
        true as is_new
    from linked
    group by all
    union all
    select
        own.sprint,
        own.repo,
        own.change_key,
        min(least(firsts.name, named.name)) as name,
        min(least(firsts.name, named.name)) < min(own.name) as is_new
    from joined as own
    inner join joined as named
        on named.sprint = own.sprint and named.repo || ' ' || named.change_key = own.name
    inner join linked
        on linked.sprint = own.sprint and linked.repo = own.repo and linked.change_key = own.change_key
    inner join (
        select
            linked.sprint,
            linked.link,
            min(joined.name) as name
        from joined
        inner join linked
            on linked.sprint = joined.sprint and linked.repo = joined.repo and linked.change_key = joined.change_key
        group by all
    ) as firsts on firsts.sprint = linked.sprint and firsts.link = linked.link
    where (select bool_or(is_new) from joined)
    group by all
),

sets as (
    select
        sprint,
        repo,
        change_key,
        min(name) as set_key
    from joined
    group by all
),

reasons as (
    select
        sprint,
        repo,
        change_key,
        list_sort(list(link)) as links
    from linked
    group by all
)

select
    sets.sprint,
    sets.set_key,
    sets.repo,
    sets.change_key,
    changes.pr_number,
    coalesce(changes.pr_title, commits.subject) as title,
    changes.changed_at,
    reasons.links,
    'inferred' as evidence
from sets
inner join reasons
    on reasons.sprint = sets.sprint and reasons.repo = sets.repo and reasons.change_key = sets.change_key
inner join changes
    on changes.sprint = sets.sprint and changes.repo = sets.repo and changes.change_key = sets.change_key
left join commits
    on commits.repo = changes.repo and commits.commit_sha = coalesce(changes.merged_sha, changes.commit_sha)
