-- What did each type of session cost?
-- One row per tag `session_type`, the dearest first.
--
-- session_type: the tag, or not tagged, which is always there
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- The costs sum to the sprint's bill.
-- Left out: nothing.
-- Evidence: inferred
select
    bucket as session_type,
    request_count,
    session_count,
    cost_usd,
    cost_share,
    unknown_cost_count,
    evidence
from cost_buckets
where sprint = $sprint and split = 'session_type'
order by is_rest, coalesce(cost_usd, 0) desc, bucket
