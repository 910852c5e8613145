-- What was read, what was left out, and why?
-- One row per source item that retro.toml names: its runs since all of it was read, and how the latest one ended.
--
-- source: kind of source
-- item: repository, file or address
-- status: of the latest run: loaded, failed (nothing of it was kept) or unread (configured, not read by this version)
-- digest: SHA-256 of what the latest run read
-- run_count: runs since the latest one that read all of it, that one included; the first run always does
-- rows_read: records found by these runs
-- rows_loaded: records kept
-- rows_skipped: records left out
-- masked_count: secrets masked before anything was stored
-- reason: why records were left out or values are NULL, each with its count: of the latest run, or of the last before it
--   that loaded and gives any
-- ended_at: when the latest run ended, UTC
--
-- Left out: files of frozen numbers that could be read.
-- Evidence: verified
with ordered as (
    select
        *,
        row_number() over (partition by source, item order by started_at desc) as place
    from load_log
    where
        (source not in ('git', 'git notes') or item not in (select repo from repos where not is_configured))
        and (source <> 'reports' or status = 'failed')
),

full_runs as (
    select
        source,
        item,
        min(case when is_full and status = 'loaded' then place end) as full_place
    from ordered
    group by all
),

totals as (
    select
        ordered.source,
        ordered.item,
        count(*) as run_count,
        sum(rows_read)::bigint as rows_read,
        sum(rows_loaded)::bigint as rows_loaded,
        sum(rows_skipped)::bigint as rows_skipped,
        sum(masked_count)::bigint as masked_count,
        min(case when reason is not null and (place = 1 or status = 'loaded') then place end) as reason_place
    from ordered
    inner join full_runs on full_runs.source = ordered.source and full_runs.item = ordered.item
    where full_runs.full_place is null or ordered.place <= full_runs.full_place
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
