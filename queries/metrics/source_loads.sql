-- What was read, what was left out, and why?
-- One row per source item: its latest run.
--
-- source: kind of source
-- item: repository, file or address
-- status: loaded, failed (nothing of it was kept) or unread (configured, not read by this version)
-- digest: SHA-256 of what was read
-- rows_read: records found
-- rows_loaded: records kept
-- rows_skipped: records left out
-- masked_count: secrets masked before anything was stored
-- reason: why records were left out or values are NULL, each with its count
-- ended_at: when the run ended, UTC
--
-- Evidence: verified
select
    source,
    item,
    status,
    digest,
    rows_read,
    rows_loaded,
    rows_skipped,
    masked_count,
    reason,
    ended_at
from load_log
qualify row_number() over (partition by source, item order by started_at desc) = 1
order by source, item
