-- What was spent on each pull request?
-- One row per pull request, the dearest first, then what belongs to none.
--
-- repo: repository; NULL: of the buckets
-- pr_number: number; NULL: no pull request
-- pull_request: number and title; or commit without a pull request, branch without a pull request, main branch, unattributed, which
--   are always there
-- outcome: landed, open, thrown_away, unknown; NULL: of the buckets
-- request_count: requests to models, each counted in every row that it has a part in
-- session_count: sessions that they belong to
-- cost_usd: cost of their parts; NULL: unknown of all
-- cost_share: part of the sprint's bill, 0 to 1; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- evidence: how it is known what they were spent on
--
-- The costs are those of this sprint's requests and sum to its bill; what a pull request cost in all sprints counts in
-- merged_change_request_costs.
-- Left out: nothing.
-- Evidence: inferred
select
    costs.repo,
    costs.pr_number,
    costs.bucket || coalesce(' ' || pull_requests.title, '') as pull_request,
    costs.outcome,
    costs.request_count,
    costs.session_count,
    costs.cost_usd,
    costs.cost_share,
    costs.unknown_cost_count,
    costs.evidence
from cost_buckets as costs
left join pull_requests on pull_requests.repo = costs.repo and pull_requests.pr_number = costs.pr_number
where costs.sprint = $sprint and costs.split = 'pull_request'
order by costs.is_rest, coalesce(costs.cost_usd, 0) desc, costs.pr_number, costs.bucket, costs.repo
