-- What did a merged pull request cost the sprint, the work that was thrown away included?
-- One row for the sprint.
--
-- merged_change_request_count: pull requests merged in the sprint
-- paid_change_request_count: those of them with a request of known cost
-- cost_merged_usd: cost of the requests of these pull requests, whenever they were made
-- cost_abandoned_usd: cost of the sprint's requests on work that was thrown away, as far as it is known; NULL: none is known to be,
--   and there is work of which it cannot be known (cost_unjudged_usd)
-- cost_open_usd: cost of the sprint's requests on pull requests still open
-- cost_other_usd: cost of the sprint's other requests without a pull request: main branch, unattributed, branches without one
-- cost_unjudged_usd: part of cost_other_usd on branches without a pull request in repositories of which no forge was read: git
--   alone cannot tell a branch that was thrown away from one that was squashed
-- cost_merged_change_request_usd: (cost_merged_usd + cost_abandoned_usd) / merged_change_request_count, of the two what is known;
--   NULL without a merged one, and without any cost
-- unpriced_request_count: requests of the sprint whose cost is unknown, so that they are in no sum
-- evidence: inferred: requests are joined to pull requests by commits and branches
--
-- A cost is NULL where no request is known at all. A pull request whose transcripts or logs are missing is in the count while its
-- cost is not in the sum: compare the two counts. cost_merged_usd may hold requests of an earlier sprint, so the columns do not
-- sum to the sprint's bill.
-- Left out: nothing.
-- Evidence: inferred
select
    merged_change_request_count,
    paid_change_request_count,
    cost_merged_usd,
    cost_abandoned_usd,
    cost_open_usd,
    cost_other_usd,
    cost_unjudged_usd,
    cost_merged_change_request_usd,
    unknown_cost_count as unpriced_request_count,
    'inferred' as evidence
from sprint_costs
where sprint = $sprint
order by sprint
