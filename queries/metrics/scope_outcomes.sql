-- Did pull requests about several things fare differently in review?
-- One row per measure and number of concerns.
--
-- measure: changes_requested_rate (a person asked for changes, of seen), answered_rate (commits followed the first review, of seen)
-- concerns: 1, 2, or 3 or more things that a pull request is about
-- label: both in words
-- part_count: pull requests of which it is true
-- total_count: pull requests of which it is known
-- unknown_count: pull requests of which it is not known
-- value_share: part_count of total_count, 0 to 1; NULL without any
-- low_share: lower end of the 95 % interval by Wilson, 0 to 1
-- high_share: its upper end
-- interval: the interval in words; NULL without any
-- evidence: inferred: rules tell what a pull request is about
--
-- A concern is a kind of file that a commit keeps to, else the type that it declares; answers to review, and documentation and
-- tests beside code, are no concern of their own. Intervals that overlap say that the difference can be chance.
-- Left out: pull requests without a look by a person, those whose commits are not in the clone, those still open.
-- Evidence: inferred
select
    measure,
    split as concerns,
    case when split = '1' then '1 concern' else split || ' concerns' end
    || case measure when 'answered_rate' then ': answered' else ': rejected' end as label,
    part_count,
    total_count,
    unknown_count,
    value_share,
    low_share,
    high_share,
    interval_words(low_share, high_share) as interval,
    evidence
from review_shares
where sprint = $sprint and split in ('1', '2', '3 or more') and total_count + unknown_count > 0
order by measure desc, split
