create table label_themes (
    kind text not null,
    label text not null,
    theme text not null,
    theme_rule text not null,
    rules_digest text not null,
    check (kind in ('feature', 'branch'))
);
comment on table label_themes is 'One row per feature tag or branch of a model request that a theme''s rules match. Key: kind, label.';
comment on column label_themes.kind is 'feature (the tag of that name) or branch.';
comment on column label_themes.label is 'The tag''s value or the branch, as written.';
comment on column label_themes.theme is 'First theme of retro.toml that matches.';
comment on column label_themes.theme_rule is 'What matched: name, or the rule as kind:pattern.';
comment on column label_themes.rules_digest is 'Digest of the themes and rules that made the row.';
