-- How much of the sprint's input could be judged?
-- One row per subject.
--
-- subject: what is judged
-- judged_count: items that could be judged
-- total_count: all items
-- judged_share: part that could be judged, 0 to 1
-- unknown: what the others lack, in words
--
-- Evidence: verified
select
    subject,
    judged_count,
    total_count,
    1::double * judged_count / nullif(total_count, 0) as judged_share,
    unknown
from sprint_coverage
where sprint = $sprint
order by subject
