create table lesson_results (
    lesson text not null,
    sprint text not null,
    verdict text not null,
    reason text not null,
    trend text,
    measured_count bigint,
    exposure_count bigint,
    earlier_count bigint,
    earlier_exposure_count bigint,
    measured_value text,
    chance_share double,
    sprint_count bigint not null,
    earlier_sprint_count bigint not null,
    further_sprint_count bigint,
    evidence text not null,
    check (
        verdict in (
            'not measurable', 'not yet', 'too few to tell', 'holds', 'broken', 'worked', 'regressed', 'no effect seen'
        )
    ),
    check (trend in ('too few to tell', 'worked', 'regressed', 'no effect seen')),
    check (chance_share between 0 and 1),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table lesson_results is 'One row per lesson and sprint from the one that tells it: what the numbers up to that sprint say to it. Key: lesson, sprint.';
comment on column lesson_results.lesson is 'Lesson (lessons.lesson).';
comment on column lesson_results.sprint is 'Last sprint that was looked at.';
comment on column lesson_results.verdict is 'not measurable, not yet, too few to tell, holds, broken, worked, regressed or no effect seen.';
comment on column lesson_results.reason is 'What decided, in words.';
comment on column lesson_results.trend is 'What the test beside an expected value says: worked, regressed, no effect seen or too few to tell; NULL: not tested.';
comment on column lesson_results.measured_count is 'Events since the lesson was to show, or those among the exposure; NULL: not counted.';
comment on column lesson_results.exposure_count is 'What could have gone wrong meanwhile: the column that the lesson names, else days; NULL: not counted.';
comment on column lesson_results.earlier_count is 'Events of up to three sprints before; NULL: not counted.';
comment on column lesson_results.earlier_exposure_count is 'What could have gone wrong in them; NULL: not counted.';
comment on column lesson_results.measured_value is 'Value of the last sprint; NULL: none.';
comment on column lesson_results.chance_share is 'Probability of as large a change by chance alone, one-sided (conditional exact test); NULL: not tested.';
comment on column lesson_results.sprint_count is 'Sprints since the lesson was to show.';
comment on column lesson_results.earlier_sprint_count is 'Sprints before it that were compared.';
comment on column lesson_results.further_sprint_count is 'More sprints like those since that would tell an effect; NULL: a verdict is told, or twenty would not.';
comment on column lesson_results.evidence is 'Of the measured value, as the query says; inferred after a test; human where nothing was measured.';
