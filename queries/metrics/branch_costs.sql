-- What was spent on each branch?
-- One row per repository and branch, the dearest first.
--
-- repo: repository; NULL: of the two buckets
-- branch: branch that was checked out, or main branch, or unattributed (no branch is known); both are always there
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- Work on the main branch that is known to have led to a commit or a pull request counts under the branch's own name. The costs sum
-- to the sprint's bill.
-- Left out: nothing.
-- Evidence: inferred
select
    repo,
    bucket as branch,
    request_count,
    session_count,
    cost_usd,
    cost_share,
    unknown_cost_count,
    evidence
from cost_buckets
where sprint = $sprint and split = 'branch'
order by is_rest, coalesce(cost_usd, 0) desc, bucket, repo
