-- Do the numbers bear out what the team's notes claim?
-- One row per claim of the sprint's notes, in their order.
--
-- claim: id in the notes, or its place
-- claim_text: the claim as told
-- verdict: confirmed, contradicted or not checkable
-- claimed: what is claimed of the query's value; ~: rounded; NULL: no query is named
-- measured_value: what the query gives; NULL: not checkable
-- reason: why it cannot be checked; NULL otherwise
-- query: query that checks it; NULL: none is named
-- query_sprint: sprint that it was asked about
-- query_where: values that pick its rows, as JSON; NULL: all rows
-- sources: what the claim rests on, as told
-- sql: SQL of the query; NULL: none is named, or it is unknown
-- evidence: that of the measured value; human where it cannot be checked
--
-- Counts compare exactly; a claim of about 15 is confirmed by 14.5 up to 15.5, one of about 20 by 15 up to 25.
-- Evidence: verified
with sources as (
    select
        note_id,
        list(reference order by position) as sources
    from note_references
    where note_kind = 'claim'
    group by all
)

select
    claims.claim,
    claims.claim_text,
    claim_results.verdict,
    claims.op || ' ' || claims.claimed_value as claimed,
    claim_results.measured_value,
    claim_results.reason,
    claims.query,
    claims.query_sprint,
    claims.query_where,
    coalesce(sources.sources, []) as sources,
    claim_results.sql,
    claim_results.evidence
from claims
inner join claim_results on claim_results.sprint = claims.sprint and claim_results.claim = claims.claim
left join sources on sources.note_id = claims.sprint || ' ' || claims.claim
where claims.sprint = $sprint
order by claims.file, claims.line
