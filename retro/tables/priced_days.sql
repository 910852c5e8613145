create table priced_days (
    price_date date not null,
    request_count bigint not null,
    request_digest bigint not null,
    rules_digest text not null
);
comment on table priced_days is 'One row per day whose requests have been priced and judged. Key: price_date.';
comment on column priced_days.price_date is 'Day of the requests, in UTC.';
comment on column priced_days.request_count is 'Requests of that day.';
comment on column priced_days.request_digest is 'Digest of all their figures that decide a cost; a day of which a request is new, gone or changed is priced again.';
comment on column priced_days.rules_digest is 'First digits of the SHA-256 of the price lists, settings and rules that priced them; other ones price all days again.';
