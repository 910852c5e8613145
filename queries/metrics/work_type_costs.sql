-- What did each type of work cost, such as fixing bugs?
-- One row per type of work, the dearest first.
--
-- work_type: type of the commits that the requests led to: feat, fix and so on; unknown, which is always there with fix
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how the type is known
--
-- A part of a request has the type of its commit; without one, the type that most commits of its pull request have, merges left
-- aside (of equals the first by the alphabet). The costs sum to the sprint's bill.
-- Left out: nothing.
-- Evidence: inferred
select
    bucket as work_type,
    request_count,
    session_count,
    cost_usd,
    cost_share,
    unknown_cost_count,
    evidence
from cost_buckets
where sprint = $sprint and split = 'work_type'
order by is_rest, coalesce(cost_usd, 0) desc, bucket
