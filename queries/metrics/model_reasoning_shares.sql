-- How much of each model's output was reasoning, and where did it use up the limit?
-- One row per model, the most output first.
--
-- model: as written; NULL: not logged
-- request_count: requests
-- output_tokens: output tokens of all requests, reasoning included
-- told_request_count: requests that tell how much of the output was reasoning
-- told_output_tokens: output tokens of those
-- reasoning_tokens: reasoning in them; NULL: no request tells
-- reasoning_share: part of told_output_tokens, 0 to 1; NULL likewise
-- limited_request_count: requests that tell their reasoning and the limit of output tokens that they set
-- used_up_request_count: those of them whose output reached the limit with more than half of it reasoning; NULL: none tells both
--
-- A log that leaves reasoning out says nothing about it: such requests count as unknown, not as none.
-- Left out: further tellings of a request by another source.
-- Evidence: verified
with sums as (
    select
        model,
        count(*) as request_count,
        coalesce(sum(output_tokens), 0)::bigint as output_tokens,
        count(reasoning_tokens) as told_request_count,
        coalesce(sum(case when reasoning_tokens is not null then output_tokens end), 0)::bigint as told_output_tokens,
        sum(reasoning_tokens)::bigint as reasoning_tokens,
        count(case when reasoning_tokens is not null then output_limit_tokens end) as limited_request_count,
        count(
            case when output_tokens >= output_limit_tokens and reasoning_tokens * 2 > output_limit_tokens then 1 end
        ) as reached_count
    from sprint_requests
    where sprint = $sprint
    group by all
)

select
    model,
    request_count,
    output_tokens,
    told_request_count,
    told_output_tokens,
    reasoning_tokens,
    1::double * reasoning_tokens / nullif(told_output_tokens, 0) as reasoning_share,
    limited_request_count,
    case when limited_request_count > 0 then reached_count end as used_up_request_count
from sums
order by output_tokens desc, model
