create table claim_results (
    sprint text not null,
    claim text not null,
    verdict text not null,
    measured_value text,
    reason text,
    evidence text not null,
    sql text,
    check (verdict in ('confirmed', 'contradicted', 'not checkable')),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table claim_results is 'One row per claim: what its query says to it. Key: sprint, claim.';
comment on column claim_results.sprint is 'Sprint in whose notes the claim stands.';
comment on column claim_results.claim is 'Claim (claims.claim).';
comment on column claim_results.verdict is 'confirmed, contradicted or not checkable.';
comment on column claim_results.measured_value is 'Value that the query gives; NULL: not checkable.';
comment on column claim_results.reason is 'Why it cannot be checked; NULL otherwise.';
comment on column claim_results.evidence is 'Of the measured value, as the query says; human where it cannot be checked.';
comment on column claim_results.sql is 'SQL of the query; NULL: none is named, or it is unknown.';
