-- What did each sprint cost, and what a pull request merged in it?
-- One row per sprint of the plan, also one without a request.
--
-- sprint: id of the sprint
-- sequence: 1 for the first sprint
-- request_count: billed requests
-- cost_usd: their bill, as far as it is known; NULL: of no request
-- verified_usd: part of it that is verified (billed_requests.cost_evidence); NULL likewise
-- human_usd: part of it at the team's own prices, with nothing logged; NULL likewise
-- unknown_cost_count: requests whose cost is not known
-- merged_change_request_count: pull requests merged in the sprint
-- paid_change_request_count: those of them with a request of known cost
-- cost_merged_usd: cost of the requests of these pull requests, whenever they were made; NULL: none is known
-- cost_abandoned_usd: cost of the sprint's requests on work that was thrown away, as far as it is known; NULL: none is known to be,
--   and there is work of which it cannot be known (cost_unjudged_usd), or the sprint has no request
-- cost_open_usd: cost of the sprint's requests on pull requests still open; NULL: the sprint has no request
-- cost_other_usd: cost of the sprint's other requests without a pull request; NULL likewise
-- cost_unjudged_usd: part of cost_other_usd on branches without a pull request in repositories of which no forge was read: git
--   alone cannot tell a branch that was thrown away from one that was squashed; NULL likewise
-- cost_merged_change_request_usd: (cost_merged_usd + cost_abandoned_usd) / merged_change_request_count, of the two what is known;
--   NULL: no merged one, or no cost is known
--
-- Left out: requests outside all sprints.
-- Evidence: inferred
with attributions as materialized (
    select
        repo,
        pr_number,
        sprint,
        outcome,
        target_kind,
        part,
        cost_usd,
        cost_evidence
    from request_attributions
),

forge_repos as (
    select distinct repo
    from pull_request_records
    where source <> 'git'
),

sums as materialized (
    select
        sprint,
        repo,
        outcome,
        target_kind,
        cost_evidence,
        count(case when part = 1 then 1 end) as request_count,
        count(case when part = 1 and cost_usd is null then 1 end) as unknown_cost_count,
        count(cost_usd) as known_cost_count,
        count(*) as part_count,
        sum(cost_usd) as cost_usd
    from attributions
    where sprint is not null
    group by all
),

bills as (
    select
        sprint,
        sum(request_count) as request_count,
        sum(cost_usd) as cost_usd,
        case when sum(known_cost_count) > 0 then sum(case when cost_evidence = 'verified' then cost_usd else 0 end) end as verified_usd,
        case when sum(known_cost_count) > 0 then sum(case when cost_evidence = 'human' then cost_usd else 0 end) end as human_usd,
        sum(unknown_cost_count) as unknown_cost_count
    from sums
    group by all
),

outcomes as (
    select
        sums.sprint,
        sum(case when sums.outcome = 'thrown_away' then sums.part_count else 0 end) as abandoned_count,
        sum(case when sums.outcome = 'thrown_away' then sums.cost_usd else 0 end) as abandoned_usd,
        sum(case when sums.outcome = 'open' then sums.cost_usd else 0 end) as open_usd,
        sum(
            case
                when sums.outcome not in ('thrown_away', 'open') and sums.target_kind <> 'change_request' then sums.cost_usd
                else 0
            end
        ) as other_usd,
        sum(
            case
                when sums.target_kind = 'branch' and sums.outcome = 'unknown' and forge_repos.repo is null then sums.part_count
                else 0
            end
        ) as unjudged_count,
        sum(
            case
                when sums.target_kind = 'branch' and sums.outcome = 'unknown' and forge_repos.repo is null then sums.cost_usd
                else 0
            end
        ) as unjudged_usd
    from sums
    left join forge_repos on forge_repos.repo = sums.repo
    group by sums.sprint
),

known_outcomes as (
    select
        sprint,
        case when abandoned_count > 0 or unjudged_count = 0 then abandoned_usd end as abandoned_usd,
        open_usd,
        other_usd,
        unjudged_usd
    from outcomes
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
    coalesce(bills.request_count, 0)::bigint as request_count,
    bills.cost_usd::decimal(18, 12) as cost_usd,
    bills.verified_usd::decimal(18, 12) as verified_usd,
    bills.human_usd::decimal(18, 12) as human_usd,
    coalesce(bills.unknown_cost_count, 0)::bigint as unknown_cost_count,
    coalesce(merged.merged_count, 0) as merged_change_request_count,
    coalesce(merged.paid_count, 0) as paid_change_request_count,
    merged.merged_usd::decimal(18, 12) as cost_merged_usd,
    outcomes.abandoned_usd::decimal(18, 12) as cost_abandoned_usd,
    outcomes.open_usd::decimal(18, 12) as cost_open_usd,
    outcomes.other_usd::decimal(18, 12) as cost_other_usd,
    outcomes.unjudged_usd::decimal(18, 12) as cost_unjudged_usd,
    case
        when coalesce(merged.merged_usd, outcomes.abandoned_usd) is not null
            then 1::double * (coalesce(merged.merged_usd, 0) + coalesce(outcomes.abandoned_usd, 0))
                / nullif(merged.merged_count, 0)
    end::decimal(18, 12) as cost_merged_change_request_usd
from sprints
left join bills on bills.sprint = sprints.sprint
left join known_outcomes as outcomes on outcomes.sprint = sprints.sprint
left join merged on merged.sprint = sprints.sprint
