"""Probation, proofs that end, warnings, suspensions, bans and appeals."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from core.models import AppendOnlyError
from influencers.errors import (
    AlreadyInfluencer,
    AlreadyStands,
    AppealClosed,
    Banned,
    MissingReason,
    NoEvidence,
    NothingToDecide,
    NotYours,
    TooSoon,
)
from influencers.models import Application, ConductEvent, Influencer, QualifyingSale, Sanction
from influencers.services import conduct, probation
from influencers.services.applying import refuse_to_apply
from influencers.services.judging import judge_again
from notifications.models import Mail, Notice
from notifications.services import message_of
from tests import cast
from tests.factories.accounts import UserFactory
from tests.factories.influencers import ApplicationFactory, ConnectionFactory

Kind, Reason = Sanction.Kind, Sanction.Reason


@pytest.fixture
def omar(db: None) -> User:
    """Another reviewer."""
    return UserFactory(name="Omar Haddad", email="omar@example.com", is_staff=True)


@pytest.fixture
def rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commissions.queries.has_balance", lambda influencer: True)


def impose(mei: cast.Mei, kind: str, by: User, reason: str = Reason.SPAM) -> Sanction:
    return conduct.impose(
        influencer_pk=mei.influencer.pk, kind=kind, reason=reason, evidence="40 equal messages on 3 May.", by=by
    )


def state_of(mei: cast.Mei) -> str:
    mei.influencer.refresh_from_db()
    return mei.influencer.state


def steps(mei: cast.Mei) -> list[str]:
    return [notice.data["step"] for notice in Notice.objects.filter(recipient=mei.user, kind="standing").order_by("pk")]


# --- Probation


def test_three_sales_pass_and_a_line_told_twice_counts_once(mei: cast.Mei) -> None:
    now = timezone.now()
    for line in (1, 1, 2):
        probation.count_sale(influencer=mei.influencer, line_id=line, at=now)
    probation.take_back_sale(line_id=2)
    probation.count_sale(influencer=mei.influencer, line_id=3, at=now)
    assert probation.sales_of(mei.influencer) == 2
    assert steps(mei) == []

    probation.count_sale(influencer=mei.influencer, line_id=4, at=now)
    probation.take_back_sale(line_id=4)
    probation.count_sale(influencer=mei.influencer, line_id=5, at=now)

    mei.influencer.refresh_from_db()
    assert mei.influencer.probation == Influencer.Probation.PASSED
    assert steps(mei) == ["probation_passed"]


def test_she_is_reminded_on_day_90_and_150_once_each_and_the_shop_closes_after_180(mei: cast.Mei) -> None:
    start = mei.influencer.probation_ends_at - timedelta(days=180)
    for day in (89, 90, 91, 150, 151, 179):
        probation.tend(now=start + timedelta(days=day))
    assert steps(mei) == ["probation_reminder", "probation_reminder"]
    assert state_of(mei) == "active"

    probation.tend(now=start + timedelta(days=180))
    probation.tend(now=start + timedelta(days=181))

    assert state_of(mei) == "closed"
    assert steps(mei) == ["probation_reminder", "probation_reminder", "probation_ended"]
    with pytest.raises(TooSoon):
        refuse_to_apply(mei.user)


def test_after_the_days_of_the_policy_the_shop_opens_again_by_a_new_application(mei: cast.Mei) -> None:
    sale = QualifyingSale.objects.create(influencer=mei.influencer, line_id=1, at=timezone.now())
    probation.tend(now=mei.influencer.probation_ends_at)
    Application.objects.update(reapply_on=timezone.localdate())
    mei.influencer.refresh_from_db()

    refuse_to_apply(mei.user)
    again = ApplicationFactory(user=mei.user, state=Application.State.APPROVED)
    opened = probation.admit(again, at=sale.at + timedelta(days=1))

    assert opened.pk == mei.influencer.pk
    assert (opened.state, opened.probation, opened.application) == ("active", "running", again)
    assert probation.sales_of(opened) == 0


def test_who_is_in_the_programme_is_not_admitted_twice(mei: cast.Mei) -> None:
    with pytest.raises(NothingToDecide):
        probation.admit(ApplicationFactory(user=mei.user, state=Application.State.APPROVED), at=timezone.now())
    with pytest.raises(AlreadyInfluencer):
        refuse_to_apply(mei.user)


def test_a_pause_moves_the_end_and_nobody_pauses_her_own(mei: cast.Mei, rhea: User) -> None:
    now, ends = timezone.now(), mei.influencer.probation_ends_at
    with pytest.raises(NotYours):
        probation.pause(influencer_pk=mei.influencer.pk, by=mei.user, words="ill")
    with pytest.raises(NoEvidence):
        probation.pause(influencer_pk=mei.influencer.pk, by=rhea, words=" ")
    probation.pause(influencer_pk=mei.influencer.pk, by=rhea, words="The site was away.", now=now)
    probation.tend(now=ends + timedelta(days=1))
    assert state_of(mei) == "active"

    probation.resume(influencer_pk=mei.influencer.pk, by=rhea, now=now + timedelta(days=7))

    mei.influencer.refresh_from_db()
    assert mei.influencer.probation_ends_at == ends + timedelta(days=7)
    assert probation.make_up_for_outage(hours=5, by=rhea, words="Database away") == 1
    mei.influencer.refresh_from_db()
    assert mei.influencer.probation_ends_at == ends + timedelta(days=7, hours=5)


# --- Conduct


def test_a_warning_hides_nothing_and_says_what_was_seen(mei: cast.Mei, rhea: User) -> None:
    impose(mei, Kind.WARNING, rhea)

    assert state_of(mei) == "active"
    assert steps(mei) == ["warning"]


def test_a_suspension_hides_the_shop_rests_the_probation_and_ends_by_itself(mei: cast.Mei, rhea: User) -> None:
    ends = mei.influencer.probation_ends_at
    sanction = impose(mei, Kind.SUSPENSION, rhea)
    assert state_of(mei) == "suspended"
    assert sanction.ends_at == sanction.at + timedelta(days=30)

    assert conduct.end_due(now=sanction.at + timedelta(days=29)) == 0
    assert conduct.end_due(now=sanction.ends_at) == 1
    assert conduct.end_due(now=sanction.ends_at) == 0

    assert state_of(mei) == "active"
    assert mei.influencer.probation_ends_at == ends + timedelta(days=30)
    assert steps(mei) == ["suspension", "ended"]


@pytest.mark.parametrize(
    ("change", "error"),
    [({"reason": "missing_proof"}, MissingReason), ({"reason": ""}, MissingReason), ({"kind": "fine"}, MissingReason), ({"evidence": " "}, NoEvidence)],
)  # fmt: skip
def test_a_sanction_without_reason_or_evidence_changes_nothing(
    mei: cast.Mei, rhea: User, change: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        conduct.impose(
            **{
                "influencer_pk": mei.influencer.pk,
                "kind": "ban",
                "reason": "spam",
                "evidence": "x",
                "by": rhea,
                **change,
            }
        )  # type: ignore[arg-type]

    assert state_of(mei) == "active"
    assert not Sanction.objects.exists()


def test_nobody_sanctions_herself_and_the_same_stands_once(mei: cast.Mei, rhea: User) -> None:
    with pytest.raises(NotYours):
        impose(mei, Kind.WARNING, mei.user)
    impose(mei, Kind.SUSPENSION, rhea)
    with pytest.raises(AlreadyStands):
        impose(mei, Kind.SUSPENSION, rhea)

    assert Sanction.objects.count() == 1


@pytest.mark.usefixtures("rich")
def test_a_ban_with_a_balance_waits_for_a_second_person_with_the_shop_hidden(
    mei: cast.Mei, rhea: User, omar: User
) -> None:
    sanction = impose(mei, Kind.BAN, rhea, Reason.FRAUD)
    assert (sanction.state, state_of(mei)) == ("proposed", "suspended")
    with pytest.raises(NotYours):
        conduct.confirm(sanction_pk=sanction.pk, by=rhea)
    assert state_of(mei) == "suspended"

    conduct.confirm(sanction_pk=sanction.pk, by=omar)

    assert state_of(mei) == "banned"
    assert steps(mei) == ["proposed", "ban"]
    with pytest.raises(NothingToDecide):
        conduct.confirm(sanction_pk=sanction.pk, by=UserFactory())
    with pytest.raises(Banned):
        refuse_to_apply(mei.user)


@pytest.mark.usefixtures("rich")
def test_a_ban_that_nobody_confirms_falls_and_so_does_one_that_is_refused(
    mei: cast.Mei, rhea: User, omar: User
) -> None:
    first = impose(mei, Kind.BAN, rhea)
    conduct.refuse(sanction_pk=first.pk, by=omar, words="The messages were not hers.")
    assert state_of(mei) == "active"

    second = impose(mei, Kind.BAN, rhea)
    with pytest.raises(NothingToDecide):
        conduct.confirm(sanction_pk=second.pk, by=omar, now=second.ends_at)
    conduct.end_due(now=second.ends_at)

    assert state_of(mei) == "active"
    assert steps(mei) == ["proposed", "lifted", "proposed", "ended"]


def test_a_ban_without_a_balance_holds_at_once(mei: cast.Mei, rhea: User) -> None:
    impose(mei, Kind.BAN, rhea)

    assert state_of(mei) == "banned"
    with pytest.raises(AlreadyStands):
        impose(mei, Kind.WARNING, rhea)


def test_an_appeal_is_answered_by_another_person_once_and_in_time(mei: cast.Mei, rhea: User, omar: User) -> None:
    sanction = impose(mei, Kind.BAN, rhea)
    with pytest.raises(AppealClosed):
        conduct.appeal(sanction=sanction, text="Late", now=sanction.appeal_until)
    with pytest.raises(NoEvidence):
        conduct.appeal(sanction=sanction, text="  ")
    conduct.appeal(sanction=sanction, text="My account was stolen.")
    with pytest.raises(AppealClosed):
        conduct.appeal(sanction=sanction, text="Again")
    for person in (rhea, mei.user):
        with pytest.raises(NotYours):
            conduct.decide_appeal(sanction_pk=sanction.pk, by=person, is_lifted=True, words="Yes")
    assert state_of(mei) == "banned"

    conduct.decide_appeal(sanction_pk=sanction.pk, by=omar, is_lifted=True, words="The network confirms it.")

    assert state_of(mei) == "active"
    assert steps(mei) == ["ban", "appealed", "lifted"]
    with pytest.raises(NothingToDecide):
        conduct.decide_appeal(sanction_pk=sanction.pk, by=UserFactory(is_staff=True), is_lifted=False, words="No")


def test_an_appeal_that_is_upheld_leaves_what_stands_and_staff_may_reinstate(
    mei: cast.Mei, rhea: User, omar: User
) -> None:
    sanction = impose(mei, Kind.BAN, rhea)
    conduct.appeal(sanction=sanction, text="No")
    conduct.decide_appeal(sanction_pk=sanction.pk, by=omar, is_lifted=False, words="The messages came from her.")
    assert state_of(mei) == "banned"

    with pytest.raises(NotYours):
        conduct.lift(sanction_pk=sanction.pk, by=mei.user, words="x")
    conduct.lift(sanction_pk=sanction.pk, by=omar, words="A year has gone.")

    assert state_of(mei) == "active"
    assert steps(mei) == ["ban", "appealed", "upheld", "lifted"]


def test_the_log_cannot_be_edited(mei: cast.Mei, rhea: User) -> None:
    impose(mei, Kind.WARNING, rhea)
    event = ConductEvent.objects.get()

    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        ConductEvent.objects.all().delete()
    for statement in ("UPDATE influencers_conductevent SET note = 'x'", "DELETE FROM influencers_conductevent"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(ValueError, match="praised"):
        conduct.log(mei.influencer, "praised")
    assert (event.kind, event.actor) == ("warning", rhea)


def test_the_database_keeps_one_standing_sanction_per_reason(mei: cast.Mei, rhea: User) -> None:
    one = impose(mei, Kind.SUSPENSION, rhea)

    with pytest.raises(IntegrityError):
        Sanction.objects.create(
            influencer=mei.influencer, kind=one.kind, reason=one.reason, appeal_until=one.appeal_until, by=rhea
        )


# --- Proofs


def test_the_end_of_a_proof_is_told_two_weeks_ahead_once(mei: cast.Mei) -> None:
    now = timezone.now()
    ConnectionFactory(user=mei.user, handle="slowhome", expires_at=now + timedelta(days=20))

    told = [conduct.remind_of_proofs(now=now + timedelta(days=days)) for days in (5, 6, 7, 20)]

    assert told == [0, 1, 0, 0]
    notice = Notice.objects.get(recipient=mei.user, kind="standing")
    assert (notice.data["step"], notice.data["handle"]) == ("proof_ends", "slowhome")


def test_without_any_proof_the_shop_stays_two_weeks_and_is_back_with_the_first_proof(mei: cast.Mei) -> None:
    now = timezone.now()
    mei.user.connections.update(expires_at=now)
    for days in (0, 1, 13):
        conduct.look_at_proofs(now=now + timedelta(days=days))
    assert (steps(mei), state_of(mei)) == (["proof_missing"], "active")

    conduct.look_at_proofs(now=now + timedelta(days=14))
    conduct.look_at_proofs(now=now + timedelta(days=15))
    assert (steps(mei), state_of(mei)) == (["proof_missing", "suspension"], "suspended")

    mei.user.connections.update(proof="code", expires_at=now + timedelta(days=200))
    conduct.look_at_proofs(now=now + timedelta(days=15))
    judge_again(mei.user.pk)

    assert state_of(mei) == "active"
    assert mei.influencer.unproved_since is None
    assert steps(mei) == ["proof_missing", "suspension", "proved_again"]


def test_a_proof_mends_only_what_a_missing_proof_broke(mei: cast.Mei, rhea: User) -> None:
    impose(mei, Kind.SUSPENSION, rhea)

    conduct.come_back(influencer=mei.influencer)

    assert state_of(mei) == "suspended"


# --- Words

STEPS = {
    "probation_reminder": ({"sales": 1, "needed": 3, "ends": "2026-12-01"}, ("1", "3", "2026")),
    "probation_passed": ({"sales": 3, "needed": 3}, ("3",)),
    "probation_ended": ({"sales": 2, "needed": 3, "ends": "2026-12-01", "again": "2026-12-31"}, ("2", "3", "31")),
    "probation_paused": ({"note": "The site was away."}, ("The site was away.",)),
    "probation_resumed": ({"ends": "2026-12-01"}, ("2026",)),
    "proof_ends": ({"day": "2026-12-08", "network": "YouTube", "handle": "slowhome"}, ("8", "YouTube", "slowhome")),
    "proof_missing": ({"day": "2026-12-08", "days": 14}, ("8", "2026")),
    "warning": ({"kind": "warning", "reason": "spam", "evidence": "40 messages", "until": "2026-12-09", "ends": "2027-05-23"}, ("40 messages", "9", "23")),
    "suspension": ({"kind": "suspension", "reason": "spam", "evidence": "40 messages", "until": "2026-12-09", "ends": "2026-12-24"}, ("40 messages", "9", "24")),
    "proposed": ({"kind": "ban", "reason": "fraud", "evidence": "40 messages", "until": "2026-12-09", "ends": "2026-12-09"}, ("40 messages", "9")),
    "ban": ({"kind": "ban", "reason": "fraud", "evidence": "40 messages", "until": "2026-12-09", "ends": ""}, ("40 messages", "9")),
    "appealed": ({"kind": "ban", "reason": "fraud"}, ()),
    "upheld": ({"kind": "ban", "reason": "fraud", "answer": "They are hers."}, ("They are hers.",)),
    "lifted": ({"kind": "ban", "reason": "fraud", "answer": "Not hers."}, ("Not hers.",)),
    "ended": ({"kind": "ban", "reason": "fraud"}, ()),
    "proved_again": ({"kind": "suspension", "reason": "missing_proof"}, ()),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("step", STEPS)
def test_each_mail_says_the_numbers_of_the_page_in_its_language(mei: cast.Mei, step: str, language: str) -> None:
    facts, numbers = STEPS[step]
    mei.user.language = language
    mei.user.save(update_fields=["language"])
    conduct.tell(mei.influencer, step, **facts)

    message = message_of(Mail.objects.get(kind="standing"))

    text, html = message.body, str(message.alternatives[0][0])
    assert message.subject
    assert "/studio/standing" in text
    for number in numbers:
        assert number in text
        assert number in html
    assert "2026-" not in text
    assert "None" not in text
    assert outbox.outbox == []


@pytest.mark.parametrize(("language", "day"), [("en", "Dec. 24, 2026"), ("zh-hans", "2026年12月24日")])
def test_the_mail_of_a_decline_names_the_reason_and_the_day(otto: User, language: str, day: str) -> None:
    data = {"reapply_on": "2026-12-24", "reason": "not_the_right_fit", "note": "", "plan": [], "url": "/apply/status"}
    mail = Mail(kind="application_declined", to=otto.email, language=language, data=data)

    message = message_of(mail)

    for text in (message.body, str(message.alternatives[0][0])):
        assert day in text
        assert "not_the_right_fit" not in text
        assert "2026-12-24" not in text
    if language == "en":
        assert "Not the right fit for this shop" in message.body
