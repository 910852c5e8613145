create table request_verdicts (
    source text not null,
    request_key text not null,
    price_date date not null,
    reason text not null,
    reasons text[],
    reason_detail text
);
comment on table request_verdicts is 'One row per billed request whose verdict does not follow from its own row and its price: a copy of another, or a logged cost that is off. All others: the view request_costs. Key: source, request_key.';
comment on column request_verdicts.source is 'gateway_requests.source.';
comment on column request_verdicts.request_key is 'gateway_requests.request_key.';
comment on column request_verdicts.price_date is 'Day of the request, in UTC: the day whose prices count.';
comment on column request_verdicts.reason is 'duplicate_row; within_5, within_10 (by the tolerances of retro.toml); else the first reason that applies to a cost beyond them, in the order of docs/prices.md.';
comment on column request_verdicts.reasons is 'All reasons that apply to a cost beyond the tolerances, in that order; NULL: a copy, or within a tolerance.';
comment on column request_verdicts.reason_detail is 'What the reason was seen by, such as the rates that the logged cost comes from; NULL: nothing to add.';
