-- What do the numbers say to the team's lessons?
-- One row per lesson told in the sprint or in the twelve before it, the oldest first.
--
-- lesson: id in the team's notes
-- lesson_text: the lesson as told
-- told_in: sprint that tells it
-- verdict: not measurable, not yet, too few to tell, holds, broken, worked, regressed or no effect seen, after the sprint
-- reason: what decided, in words
-- trend: what the test beside an expected value says; NULL: not tested
-- expected: what it expects of which query, as told; NULL: nothing
-- measured_value: value of the sprint; NULL: none
-- chance_share: probability of as large a change by chance alone, 0 to 1; NULL: not tested
-- further_sprint_count: more sprints like those since that would tell an effect; NULL: a verdict is told, or twenty would not
-- evidence: that of the measured value; inferred after a test; human where nothing was measured
--
-- holds, broken: the expected value in every sprint since the lesson was to show. worked, regressed: the whole time since then
-- against up to three sprints before, by a conditional exact test, one-sided at 0.10; shares by their Wilson intervals.
-- Left out: lessons of more than twelve sprints ago.
-- Evidence: verified
select
    lessons.lesson,
    lessons.lesson_text,
    lessons.sprint as told_in,
    lesson_results.verdict,
    lesson_results.reason,
    lesson_results.trend,
    lessons.expect_query
    || coalesce(' ' || lessons.expect_column, '')
    || coalesce(' ' || lessons.expect_op || ' ' || lessons.expect_value, '')
    || coalesce(' ' || lessons.expect_trend, '') as expected,
    lesson_results.measured_value,
    lesson_results.chance_share,
    lesson_results.further_sprint_count,
    lesson_results.evidence
from lesson_results
inner join lessons on lessons.lesson = lesson_results.lesson
inner join sprints on sprints.sprint = lessons.sprint
where lesson_results.sprint = $sprint
order by sprints.sequence, lessons.line, lessons.lesson
