-- What did each theme cost?
-- One row per theme, the dearest first.
--
-- theme: name from retro.toml, or uncategorized, which is always there
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- A request's theme is that of its feature tag, else of the commit that it led to, its pull request, its branch. The costs sum to
-- the sprint's bill.
-- Left out: nothing.
-- Evidence: inferred
select
    bucket as theme,
    request_count,
    session_count,
    cost_usd,
    cost_share,
    unknown_cost_count,
    evidence
from cost_buckets
where sprint = $sprint and split = 'theme'
order by is_rest, coalesce(cost_usd, 0) desc, bucket
