create table co_change_records (
    repo text not null,
    sprint text not null,
    since_at timestamptz,
    until_at timestamptz,
    change_count bigint not null,
    hinted_change_count bigint not null,
    hint_count bigint not null,
    followed_count bigint not null,
    busy_count bigint not null,
    busy_followed_count bigint not null,
    weaker_count bigint not null,
    weaker_followed_count bigint not null,
    busy_lift double,
    weaker_lift double,
    sprint_hint_count bigint not null,
    mute_reason text,
    rules_digest text not null,
    check (followed_count between 0 and hint_count),
    check (busy_followed_count between 0 and busy_count),
    check (weaker_followed_count between 0 and weaker_count)
);
comment on table co_change_records is 'One row per sprint that was built and repository: what came of the hints "usually changed together" on its own history, and whether they are shown. Key: repo, sprint.';
comment on column co_change_records.repo is 'Repository (repos.repo).';
comment on column co_change_records.sprint is 'Sprint (sprints.sprint) whose hints the record stands beside.';
comment on column co_change_records.since_at is 'Hints of changes that landed from then on were looked at, UTC: two years before until_at; NULL: the repository has no commit.';
comment on column co_change_records.until_at is 'Nothing after it was looked at, UTC: the end of the sprint, or the newest commit where that came first; NULL likewise.';
comment on column co_change_records.change_count is 'Changes (pull requests, or commits without one) in that time whose 14 days had ended, of at most 30 files, none by bots.';
comment on column co_change_records.hinted_change_count is 'Those that had a hint.';
comment on column co_change_records.hint_count is 'Their hints: files that each left out.';
comment on column co_change_records.followed_count is 'Hints whose file the same author changed within 14 days: a lower bound of those that were right.';
comment on column co_change_records.busy_count is 'Other files that were changed about as often in the year before, up to five for each hint.';
comment on column co_change_records.busy_followed_count is 'Those that the same author changed within 14 days, hint or no hint.';
comment on column co_change_records.weaker_count is 'As busy_count, among files that had moved along in 20 to 50 % of the earlier changes only: the fairer comparison.';
comment on column co_change_records.weaker_followed_count is 'Those that the same author changed within 14 days.';
comment on column co_change_records.busy_lift is 'Share of hints that were followed over the share of equally busy files; NULL: there is no hint, or none of those files was changed.';
comment on column co_change_records.weaker_lift is 'The same over the files that hang together more loosely; NULL likewise.';
comment on column co_change_records.sprint_hint_count is 'Hints of the sprint itself, shown or not.';
comment on column co_change_records.mute_reason is 'Why hints are not shown: fewer than 20 of them could be judged, or one of the two lifts is below 1.2; NULL: they are shown.';
comment on column co_change_records.rules_digest is 'SHA-256 of rules, settings, the sprint''s bounds, the repository''s refs and what is known of its pull requests.';
