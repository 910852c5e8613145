-- What did each sprint cost, and what a pull request merged in it?
-- One row per sprint of the plan, also one without a request.
--
-- sprint: id of the sprint
-- sequence: 1 for the first sprint
-- request_count: billed requests
-- cost_usd: their bill, as far as it is known; NULL: of no request
-- recounted_usd: part of it that was recounted from tokens and a price known by name, or the team's own; NULL likewise
-- unknown_cost_count: requests whose cost is not known
-- merged_change_request_count: pull requests merged in the sprint
-- paid_change_request_count: those of them with a request of known cost
-- cost_merged_usd: cost of the requests of these pull requests, whenever they were made; NULL: none is known
-- cost_abandoned_usd: cost of the sprint's requests on work that was thrown away; NULL: the sprint has no request
-- cost_open_usd: cost of the sprint's requests on pull requests still open; NULL likewise
-- cost_other_usd: cost of the sprint's other requests without a pull request; NULL likewise
-- cost_merged_change_request_usd: (cost_merged_usd + cost_abandoned_usd) / merged_change_request_count; NULL: no merged one, or no
--   cost is known
--
-- Left out: requests outside all sprints.
-- Evidence: inferred
with attributions as materialized (
    select
        repo,
        pr_number,
        sprint,
        outcome,
        part,
        cost_usd,
        is_recounted
    from request_attributions
),

bills as (
    select
        sprint,
        count(*) filter (where part = 1) as request_count,
        sum(cost_usd) as cost_usd,
        case when count(cost_usd) > 0 then sum(case when is_recounted then cost_usd else 0 end) end as recounted_usd,
        count(*) filter (where part = 1 and cost_usd is null) as unknown_cost_count
    from attributions
    where sprint is not null
    group by all
),

outcomes as (
    select
        sprint,
        sum(case when outcome = 'thrown_away' then cost_usd else 0 end) as abandoned_usd,
        sum(case when outcome = 'open' then cost_usd else 0 end) as open_usd,
        sum(case when outcome not in ('thrown_away', 'open') and pr_number is null then cost_usd else 0 end) as other_usd
    from attributions
    where sprint is not null
    group by all
),

change_costs as (
    select
        repo,
        pr_number,
        sum(cost_usd) as cost_usd
    from attributions
    where pr_number is not null
    group by all
),

merged as (
    select
        sprints.sprint,
        count(*) as merged_count,
        count(change_costs.cost_usd) as paid_count,
        sum(change_costs.cost_usd) as merged_usd
    from pull_requests
    inner join sprints on pull_requests.merged_at >= sprints.starts_at and pull_requests.merged_at < sprints.ends_at
    left join change_costs
        on change_costs.repo = pull_requests.repo and change_costs.pr_number = pull_requests.pr_number
    where pull_requests.state = 'merged'
    group by all
)

select
    sprints.sprint,
    sprints.sequence,
    coalesce(bills.request_count, 0) as request_count,
    bills.cost_usd::decimal(18, 12) as cost_usd,
    bills.recounted_usd::decimal(18, 12) as recounted_usd,
    coalesce(bills.unknown_cost_count, 0) as unknown_cost_count,
    coalesce(merged.merged_count, 0) as merged_change_request_count,
    coalesce(merged.paid_count, 0) as paid_change_request_count,
    merged.merged_usd::decimal(18, 12) as cost_merged_usd,
    outcomes.abandoned_usd::decimal(18, 12) as cost_abandoned_usd,
    outcomes.open_usd::decimal(18, 12) as cost_open_usd,
    outcomes.other_usd::decimal(18, 12) as cost_other_usd,
    case
        when coalesce(merged.merged_usd, outcomes.abandoned_usd) is not null
            then 1::double * (coalesce(merged.merged_usd, 0) + coalesce(outcomes.abandoned_usd, 0))
                / nullif(merged.merged_count, 0)
    end::decimal(18, 12) as cost_merged_change_request_usd
from sprints
left join bills on bills.sprint = sprints.sprint
left join outcomes on outcomes.sprint = sprints.sprint
left join merged on merged.sprint = sprints.sprint
