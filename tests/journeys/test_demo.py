"""The demo world is the first thing anybody sees: it stands, its books are sound, and its main pages open."""

import pytest
from django.core.management import call_command

from accounts.models import User
from commissions.models import Account, Balance, Payout
from config.demo import SIGN_IN
from config.management.commands.shots import SHOTS
from tests.conftest import client_for


@pytest.mark.django_db
def test_the_demo_world_stands_and_its_main_pages_open() -> None:
    call_command("load_demo", "--day", "2026-03-07", verbosity=0)
    call_command("check_ledger")

    assert {email for _role, email, _sight in SIGN_IN} <= set(User.objects.values_list("email", flat=True))
    assert set(Payout.objects.values_list("state", flat=True)) == {"sending", "paid"}
    assert Balance.objects.filter(**{Account.HELD.value + "__gt": 0}).exists()
    answers = {}
    for shot in SHOTS:
        person = User.objects.get(email=f"{shot.who}@demo.example") if shot.who else None
        answers[shot.path] = client_for(person).get(shot.path).status_code
    assert answers == dict.fromkeys(answers, 200)
