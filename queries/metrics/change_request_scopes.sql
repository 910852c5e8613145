-- How much was in each pull request, and did it bring back what had gone?
-- One row per pull request that ended in the sprint and whose commits are in the clone, most concerns and lines first.
--
-- repo: repository
-- pr_number: pull request
-- title: as on the forge, else told from git; NULL: unknown
-- state: merged, closed or unmerged
-- concern_count: things that it is about
-- concerns: what they are, in words
-- prefix_count: declared types and scopes, distinct ones
-- area_count: areas that it touches
-- own_lines: lines added and deleted when it was first reviewed, without generated, vendored and lock files
-- review_hours: time that a reading takes by the model inspection rates: code 400 lines an hour, tests 800, other own files 1,200, in hundredths; a deleted file counts as one line
-- size_rank_share: part of the repository's pull requests of the year before its end that were not larger, itself included, 0 to 1
-- rank_total_count: how many these are
-- readded_lines: lines that it brought back after the default branch had removed them from the same file within 30 days
-- repeated_lines: lines that it added where the default branch had added the same ones within 30 days
-- landed_before_sha: commit of the default branch that already held a change of it; NULL: none
-- evidence: inferred: rules over commits, files and lines
--
-- The rate of 400 lines is the middle of 300 to 500 in the study by SmartBear and Cisco (2006); those of tests and other files are
-- assumptions. An estimate says less than the rank among the repository's own pull requests.
-- Left out: pull requests whose end is not known or whose commits are not in the clone.
-- Evidence: inferred
with ends as (
    select
        pulls.repo,
        pulls.pr_number,
        pulls.title,
        pulls.state,
        coalesce(pulls.merged_at, pulls.closed_at, case when pulls.state = 'unmerged' then pulls.head_committed_at end) as ended_at,
        scopes.* exclude (repo, pr_number),
        scopes.code_lines + scopes.test_lines + scopes.other_lines as own_lines
    from pull_requests as pulls
    inner join pull_request_scopes as scopes on scopes.repo = pulls.repo and scopes.pr_number = pulls.pr_number
    where scopes.status = 'read'
),

asked as (
    select ends.*
    from ends
    inner join sprints on ends.ended_at >= sprints.starts_at and ends.ended_at < sprints.ends_at
    where sprints.sprint = $sprint
),

ranks as (
    select
        asked.repo,
        asked.pr_number,
        count(*) filter (where earlier.own_lines <= asked.own_lines) as smaller_count,
        count(*) as rank_total_count
    from asked
    inner join ends as earlier
        on earlier.repo = asked.repo and earlier.ended_at <= asked.ended_at
        and earlier.ended_at > asked.ended_at - interval 365 days
    group by all
)

select
    asked.repo,
    asked.pr_number,
    asked.title,
    asked.state,
    len(asked.concerns)::bigint as concern_count,
    array_to_string(asked.concerns, ', ') as concerns,
    (len(asked.commit_types) + len(asked.commit_scopes))::bigint as prefix_count,
    len(asked.areas)::bigint as area_count,
    asked.own_lines,
    round(asked.code_lines / 400.0::double + asked.test_lines / 800.0::double + asked.other_lines / 1200.0::double, 2) as review_hours,
    1::double * ranks.smaller_count / ranks.rank_total_count as size_rank_share,
    ranks.rank_total_count,
    asked.readded_lines,
    asked.repeated_lines,
    asked.landed_before_sha,
    asked.evidence
from asked
inner join ranks on ranks.repo = asked.repo and ranks.pr_number = asked.pr_number
order by concern_count desc, asked.own_lines desc, asked.repo, asked.pr_number
