-- Which pull request does a commit's message say it landed?
-- One row per commit that names one in the form in which a forge writes it.
--
-- repo: repository
-- commit_sha: commit on the default branch or in a release
-- pr_number: number of the pull request or merge request
-- method: merge (GitHub: "Merge pull request #12"), merge title (a merge called "title (#12)"), squash ("title (#12)"), gitlab ("See merge request group/project!12")
--
-- Left out: a number anywhere else in a message, since an issue is named in the same way.
-- Evidence: inferred
with named as (
    select
        repo,
        commit_sha,
        case
            when is_merge and regexp_matches(subject, '^Merge pull request #[0-9]+ ') then 'merge'
            when is_merge and regexp_matches(subject, '\(#[0-9]+\)$') then 'merge title'
            when is_merge and regexp_matches(body, '(^|\n)See merge request [^ \n]*![0-9]+') then 'gitlab'
            when not is_merge and regexp_matches(subject, '\(#[0-9]+\)$') then 'squash'
        end as method,
        subject,
        body
    from commits
)

select
    repo,
    commit_sha,
    try_cast(
        case method
            when 'merge' then regexp_extract(subject, '^Merge pull request #([0-9]+) ', 1)
            when 'gitlab' then regexp_extract(body, '(?:^|\n)See merge request [^ \n]*!([0-9]+)', 1)
            else regexp_extract(subject, '\(#([0-9]+)\)$', 1)
        end as bigint
    ) as pr_number,
    method
from named
where method is not null
