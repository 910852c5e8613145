"""Single values of a forge's answers: ids, times, addresses."""

from datetime import UTC, datetime

import pytest

from retro.sources.forge.values import address, micros, number_inside, repository_of


def at(hour: int) -> datetime:
    return datetime(2026, 3, 10, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opaque", "number"),
    [
        ("MDE3OlB1bGxSZXF1ZXN0UmV2aWV3Mjc3MDI3NzIz", "277027723"),
        ("PRR_kwDORIrGY87mv9oN", "3871332877"),
        ("PRRC_kwDOSfQcDc7UH9QX", "3558855703"),
        ("IC_kwDOLtZ_Ds8AAAABREVgyw", "5440364747"),
        ("PRR_", None),
        ("PRR_!!!", None),
        ("gid://gitlab/Note/5", None),
        ("", None),
    ],
)
def test_number_inside_an_opaque_id(opaque: str, number: str | None) -> None:
    assert number_inside(opaque) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-10T08:00:00Z", at(8)),
        ("2026-03-10T09:00:00.000+01:00", at(8)),
        ("2026-03-10 08:00:00 UTC", at(8)),
        ("2026-03-10T08:00:00", None),
        ("2026-03-10", None),
        ("0001-01-01T00:00:00Z", None),
        ("99999-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
        (1741593600, None),
    ],
)
def test_times_need_a_zone_and_a_year_of_this_century(text: object, expected: datetime | None) -> None:
    found = micros(text)
    assert (None if found is None else datetime.fromtimestamp(found / 1e6, UTC)) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.github.com/repos/Acme/App/pulls/41/reviews?page=2", ("acme/app", 41)),
        ("https://github.com/acme/app/pull/41#discussion_r3", ("acme/app", 41)),
        ("https://git.example.com/api/v3/repos/acme/app/issues/7/timeline", ("acme/app", 7)),
        ("https://gitlab.com/group/sub/app/-/merge_requests/3", ("group/sub/app", 3)),
        ("https://gitlab.com/api/v4/projects/group%2Fapp/merge_requests/3/notes", ("group/app", 3)),
        ("https://github.com/acme/app", (None, None)),
        ({"not": "text"}, (None, None)),
    ],
)
def test_an_address_names_repository_and_number(url: object, expected: tuple) -> None:
    assert address(url) == expected


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://github.com/Acme/App.git", "acme/app"),
        ("git@github.com:acme/app.git", "acme/app"),
        ("ssh://git@gitlab.example.com:2222/group/sub/app.git", "group/sub/app"),
        ("github.com:acme/app", "acme/app"),
        ("/srv/git/app.git", None),
        (None, None),
    ],
)
def test_the_remote_of_a_clone_names_a_repository(url: str | None, slug: str | None) -> None:
    assert repository_of(url) == slug
