create table load_log (
    source text not null,
    item text not null,
    digest text,
    status text not null,
    is_full boolean not null,
    rows_read bigint not null,
    rows_loaded bigint not null,
    rows_skipped bigint not null,
    reason text,
    masked_count bigint not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    check (rows_read = rows_loaded + rows_skipped),
    check (status in ('loaded', 'failed', 'unread'))
);
comment on table load_log is 'One row per source item and run that read it: what went in, what was left out and why. Key: source, item, started_at.';
comment on column load_log.source is 'Kind of source: git, gateway, agents, forge, notes, reports (frozen numbers).';
comment on column load_log.item is 'Repository name, file or address.';
comment on column load_log.digest is 'SHA-256 of what was read, for logs of gateways of how they are read and of their size and time of change; NULL when it failed.';
comment on column load_log.status is 'loaded, failed (nothing of it was kept), or unread (configured, not read by this version).';
comment on column load_log.is_full is 'True when all of the item was read, false when only what was new.';
comment on column load_log.rows_read is 'Records found.';
comment on column load_log.rows_loaded is 'Records kept.';
comment on column load_log.rows_skipped is 'Records left out; loaded + skipped = read.';
comment on column load_log.reason is 'Why records were left out or values set to NULL, each with its count.';
comment on column load_log.masked_count is 'Secrets masked before anything was stored.';
comment on column load_log.started_at is 'UTC.';
comment on column load_log.ended_at is 'UTC.';
