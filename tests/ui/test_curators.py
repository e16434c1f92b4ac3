"""A lock slows down who guesses the curator's password, and never the curator who knows it."""

from __future__ import annotations

import pytest

from kin_assistant.ui.curators import SESSION_SECONDS, Curators, NotAdmitted


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def curators(clock: Clock) -> Curators:
    return Curators("right", on_loopback=False, clock=clock)


def refusal(
    curators: Curators, client: str, given: str = "wrong", token: str | None = None, known: str | None = None
) -> NotAdmitted:
    with pytest.raises(NotAdmitted) as caught:
        curators.log_in(given, client, token, known)
    return caught.value


def test_each_wrong_password_after_the_fifth_costs_twice_the_wait(curators: Curators, clock: Clock) -> None:
    assert [refusal(curators, "a").status for _ in range(6)] == [401] * 5 + [429]
    waits = []
    for _ in range(6):
        locked = refusal(curators, "a", "right")
        assert locked.status == 429, "nothing is compared while it waits"
        waits.append(locked.wait)
        clock.now += locked.wait
        assert refusal(curators, "a").status == 401
    assert waits == [60, 120, 240, 480, 900, 900]


def test_tries_that_are_long_ago_are_forgotten(curators: Curators, clock: Clock) -> None:
    for _ in range(5):
        refusal(curators, "a")
    clock.now += 60 + 900
    assert [refusal(curators, "a").status for _ in range(6)] == [401] * 5 + [429]


def test_a_lock_holds_one_client(curators: Curators) -> None:
    for _ in range(6):
        refusal(curators, "a")
    assert curators.log_in("right", "b")


def test_the_right_password_is_taken_from_a_new_address_whoever_guesses(curators: Curators, clock: Clock) -> None:
    """A thousand machines that guess without end shut nobody out."""
    for round_ in range(3):
        for number in range(1000):
            refusal(curators, f"guesser {number}")
            clock.now += 0.5
        assert curators.log_in("right", f"curator {round_}")


def test_guessing_from_many_machines_gets_one_guess_a_minute_from_each(curators: Curators, clock: Clock) -> None:
    for number in range(100):
        assert refusal(curators, f"guesser {number}").status == 401
    for number in range(100, 150):
        assert [refusal(curators, f"guesser {number}").status for _ in range(3)] == [401, 429, 429]
    assert refusal(curators, "guesser 120").wait == 60
    clock.now += 901
    assert [refusal(curators, "later").status for _ in range(6)] == [401] * 5 + [429], "that is over after a while"


def test_a_browser_with_a_session_counts_for_itself(curators: Curators) -> None:
    """So a guesser behind the same address, in the same office, does not lock the curator out."""
    token = curators.log_in("right", "office")
    for _ in range(6):
        refusal(curators, "office")
    assert refusal(curators, "office", "right").status == 429
    assert curators.knows(token)
    assert curators.log_in("right", "office", token)
    assert refusal(curators, "office", "right", "no token of ours").status == 429


def test_a_browser_from_which_somebody_logged_in_once_is_not_locked_out_by_its_neighbours(
    curators: Curators, clock: Clock
) -> None:
    token, known = curators.log_in("right", "office"), curators.make_known()
    clock.now += 30 * 24 * 3600
    for _ in range(6):
        refusal(curators, "office")
    assert refusal(curators, "office", "right", token).status == 429, "its session has ended"
    assert curators.log_in("right", "office", token, known)
    restarted = Curators("right", on_loopback=False, clock=clock)
    for _ in range(6):
        refusal(restarted, "office")
    assert restarted.log_in("right", "office", None, known)
    assert not restarted.knows(known), "it admits nobody"


def test_who_guesses_in_a_known_browser_waits_too(curators: Curators) -> None:
    known, other = curators.make_known(), curators.make_known()
    assert [refusal(curators, "office", known=known).status for _ in range(6)] == [401] * 5 + [429]
    assert refusal(curators, "elsewhere", "right", known=known).status == 429
    assert curators.log_in("right", "office", None, other)


def test_nobody_makes_a_known_browser_of_his_own(curators: Curators, clock: Clock) -> None:
    known = curators.make_known()
    name, _, seal = known.partition(".")
    of_another_password = Curators("other", on_loopback=False, clock=clock).make_known()
    without_password = Curators(on_loopback=False, clock=clock)
    for _ in range(6):
        refusal(curators, "a")
    for forged in (of_another_password, f"x{name}.{seal}", f"{name}.{seal[:-1]}", f"{name}.", ".", "", "\udc00.\u00e9"):
        assert refusal(curators, "a", "right", known=forged).status == 429, forged
    assert [refusal(without_password, "a", known=".").status for _ in range(6)] == [401] * 5 + [429]


def test_a_guesser_who_never_stops_breaks_nothing(curators: Curators, clock: Clock) -> None:
    for _ in range(3000):
        refused = refusal(curators, "a")
        clock.now += refused.wait or 1
    assert refused.wait <= 900


def test_what_is_remembered_is_bounded(curators: Curators) -> None:
    for number in range(10_050):
        refusal(curators, str(number))
    assert len(curators._lockout) <= 10_000


def test_a_session_ends_by_itself_and_is_not_guessed(curators: Curators, clock: Clock) -> None:
    token = curators.log_in("right", "a")
    assert curators.knows(token)
    assert not any(curators.knows(other) for other in (None, "", "x", token[:-1], token + "x"))
    clock.now += SESSION_SECONDS
    assert not curators.knows(token)


def test_without_a_password_only_who_is_at_this_machine_is_known(clock: Clock) -> None:
    assert Curators(on_loopback=True, clock=clock).knows(None)
    assert not Curators(on_loopback=True, clock=clock).knows(None, forwarded=True)
    assert not Curators(on_loopback=False, clock=clock).knows(None)
