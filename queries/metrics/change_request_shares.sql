-- How often were pull requests accepted, rejected, waved through or merged unseen?
-- One row per measure that the sprint has an item of.
--
-- measure: name, as CHAOSS has it where it has one
-- label: the measure in a few words
-- meaning: what part of what
-- part_count: items of which it is true
-- total_count: items of which it is known
-- unknown_count: items of which it is not known
-- value_share: part_count of total_count, 0 to 1
-- low_share: lower end of the 95 % interval by Wilson, 0 to 1
-- high_share: its upper end
-- note: meaning and interval in one line
-- evidence: verified, or inferred where rules decide
--
-- Only people's looks count, before the end, and never the author's own; AI reviewers stand in reviewer_kind_checks. With
-- few items the interval says more than the share. A high share of approvals at the first pass can also mean that nobody looked
-- closely, so read it beside rubber stamps and coverage.
-- Source: https://chaoss.community/kb/metrics-and-metrics-models/
-- Left out: pull requests that only git tells of, and those still open.
-- Evidence: inferred
with meanings(place, measure, label, meaning) as (
    values
        (1, 'change_request_acceptance_ratio', 'accepted', 'merged, of merged and closed'),
        (2, 'review_coverage', 'seen by a person', 'seen by a person, of merged'),
        (3, 'first_pass_approval_rate', 'approved at first pass', 'merged as first seen, of merged and seen'),
        (4, 'changes_requested_rate', 'changes requested', 'a person asked for changes, of seen'),
        (5, 'approved_after_rejection_rate', 'approved after that', 'approved later, of those with changes requested'),
        (6, 'unreviewed_merge_rate', 'merged unseen', 'merged without a look by a person, of merged'),
        (7, 'self_merge_rate', 'merged by the author', 'merged by the author, of merged'),
        (8, 'rubber_stamp_rate', 'rubber stamps', 'approved without a comment and too fast for its size, of approved'),
        (9, 'comments_addressed_rate', 'comments addressed', 'resolved, or followed by a change, of comments on files and lines')
)

select
    shares.measure,
    meanings.label,
    meanings.meaning,
    shares.part_count,
    shares.total_count,
    shares.unknown_count,
    shares.value_share,
    shares.low_share,
    shares.high_share,
    meanings.meaning
    || case
        when shares.total_count > 0
            then '; ' || interval_words(shares.low_share, shares.high_share)
        else '; none known'
    end as note,
    shares.evidence
from review_shares as shares
inner join meanings on meanings.measure = shares.measure
where shares.sprint = $sprint and shares.split = 'all' and shares.total_count + shares.unknown_count > 0
order by meanings.place
