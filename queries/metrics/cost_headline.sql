-- What did the sprint cost, beside the ones before it?
-- One row per sprint: the sprint asked for last, up to eleven before it, oldest first.
--
-- sprint: id of the sprint
-- request_count: billed requests to models
-- ai_cost_usd: their bill, as far as it is known; NULL: of no request
-- verified_share: part of the bill that is verified, 0 to 1: the log and the recount from tokens and dated prices agree, or nothing
--   is logged and the price was found by the model's name; NULL without a bill
-- human_share: part of it at the team's own prices, with nothing logged, 0 to 1; what neither is, is inferred; NULL without a bill
-- unknown_cost_count: requests whose cost is not known
-- merged_change_request_count: pull requests merged in the sprint
-- paid_change_request_count: those of them with a request of known cost
-- cost_per_merged_pull_request_usd: what a merged pull request cost, the work that was thrown away included
--   (merged_change_request_costs); NULL: none was merged, or no cost is known
--
-- Left out: requests outside all sprints.
-- Evidence: inferred
-- Coverage: bills
with asked as (
    select sequence
    from sprints
    where sprint = $sprint
)

select
    sprint_costs.sprint,
    sprint_costs.request_count,
    sprint_costs.cost_usd as ai_cost_usd,
    1::double * sprint_costs.verified_usd / nullif(sprint_costs.cost_usd, 0) as verified_share,
    1::double * sprint_costs.human_usd / nullif(sprint_costs.cost_usd, 0) as human_share,
    sprint_costs.unknown_cost_count,
    sprint_costs.merged_change_request_count,
    sprint_costs.paid_change_request_count,
    sprint_costs.cost_merged_change_request_usd as cost_per_merged_pull_request_usd
from sprint_costs
inner join asked on sprint_costs.sequence between asked.sequence - 11 and asked.sequence
order by sprint_costs.sequence
