-- What did people and AI reviewers look at, and what came of it?
-- One row per measure and kind of reviewer.
--
-- measure: review_coverage (pull requests looked at, of all that ended), caught_rate (comments followed by a change of the line or file, of comments on files and lines), resolved_rate (comments whose thread was resolved, of those)
-- reviewer_kind: human or agent (an AI reviewer)
-- label: both in words
-- part_count: items of which it is true
-- total_count: items of which it is known
-- unknown_count: items of which it is not known
-- value_share: part_count of total_count, 0 to 1; NULL without any
-- low_share: lower end of the 95 % interval by Wilson, 0 to 1
-- high_share: its upper end
-- interval: the interval in words; NULL without any
-- evidence: verified, or inferred where rules decide
--
-- The two look at different pull requests and write different kinds of comments: the shares tell what happened, not who is better.
-- Left out: bots that are no AI reviewer, accounts of which nobody can tell, pull requests that only git tells of, and those still open.
-- Evidence: inferred
select
    measure,
    split as reviewer_kind,
    case split when 'human' then 'People' else 'AI reviewers' end
    || case measure
        when 'review_coverage' then ': looked at'
        when 'caught_rate' then ': a change followed'
        else ': resolved'
    end as label,
    part_count,
    total_count,
    unknown_count,
    value_share,
    low_share,
    high_share,
    interval_words(low_share, high_share) as interval,
    evidence
from review_shares
where sprint = $sprint and split in ('human', 'agent') and total_count + unknown_count > 0
order by case measure when 'review_coverage' then 1 when 'caught_rate' then 2 else 3 end, split desc
