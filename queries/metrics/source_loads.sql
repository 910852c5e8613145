-- What was read, what was left out, and why?
-- One row per source item: its runs together, and how the latest one ended.
--
-- source: kind of source
-- item: repository, file or address
-- status: of the latest run: loaded, failed (nothing of it was kept) or unread (configured, not read by this version)
-- digest: SHA-256 of what the latest run read
-- run_count: runs that read something new, or tried to
-- rows_read: records found by all of them; --full finds every record again
-- rows_loaded: records kept
-- rows_skipped: records left out
-- masked_count: secrets masked before anything was stored
-- reason: why records were left out or values are NULL, each with its count: of the latest run, or of the last before it
--   that loaded and gives any
-- ended_at: when the latest run ended, UTC
--
-- Evidence: verified
with ordered as (
    select
        *,
        row_number() over (partition by source, item order by started_at desc) as place
    from load_log
),

totals as (
    select
        source,
        item,
        count(*) as run_count,
        sum(rows_read)::bigint as rows_read,
        sum(rows_loaded)::bigint as rows_loaded,
        sum(rows_skipped)::bigint as rows_skipped,
        sum(masked_count)::bigint as masked_count,
        min(case when reason is not null and (place = 1 or status = 'loaded') then place end) as reason_place
    from ordered
    group by all
)

select
    latest.source,
    latest.item,
    latest.status,
    latest.digest,
    totals.run_count,
    totals.rows_read,
    totals.rows_loaded,
    totals.rows_skipped,
    totals.masked_count,
    reasons.reason,
    latest.ended_at
from ordered as latest
inner join totals on totals.source = latest.source and totals.item = latest.item
left join ordered as reasons
    on reasons.source = latest.source and reasons.item = latest.item and reasons.place = totals.reason_place
where latest.place = 1
order by latest.source, latest.item
