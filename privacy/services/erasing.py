"""The verb of erasure: what a person was is taken out of every table, and the books stay.

Docs/rules/erasure.md says what goes and what stays; the words of each model (core/personal.py) are what is done.
"""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import CharField
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import User
from accounts.services import leaving as accounts
from commissions.services import leaving as commissions
from core.personal import Fate, Word
from influencers.services import leaving as influencers
from lists.services import leaving as lists
from notifications import services as notifications
from notifications.models import Mail
from orders.services import leaving as orders
from privacy import registry
from privacy.models import Closing
from privacy.services.closing import end_sessions, standing
from sparks.services import leaving as sparks
from storefront import services as storefront

logger = logging.getLogger(__name__)

AT_ONCE = 50


def erase_due(now: datetime | None = None) -> int:
    """Erase up to AT_ONCE whose time to come back is over; returns how many. Who waits or fails does not hold up the others."""
    moment = now or timezone.now()
    due = Closing.objects.open().filter(due_at__lte=moment).order_by("due_at", "pk").values_list("pk", flat=True)
    count = 0
    for pk in list(due):
        if count == AT_ONCE:
            break
        try:
            count += erase(closing_pk=pk, now=moment)
        except Exception:
            logger.exception("Closing %s could not be carried out; it is tried again", pk)
    return count


def erase(*, closing_pk: int, now: datetime | None = None) -> bool:
    """Erase one account that is due. False when it waits for a parcel or for money, when she came back, or when it was done."""
    moment = now or timezone.now()
    closing = Closing.objects.open().select_related("user").filter(pk=closing_pk, due_at__lte=moment).first()
    if closing is None:
        return False
    user = closing.user
    orders.adopt_guest_orders(user)
    waits_for = standing(user).waits_for
    Closing.objects.filter(pk=closing_pk).update(waits_for=waits_for)
    if waits_for:
        return False
    # Other sites are asked before our rows are locked.
    influencers.disconnect_all(user)
    farewell = Mail(kind="account_erased", to=user.email, language=user.language)
    with transaction.atomic():
        # Her coming back and this wait for each other; whoever is first wins.
        if not Closing.objects.open().filter(pk=closing_pk).update(erased_at=moment):
            return False
        _erase(User.objects.select_for_update().get(pk=user.pk))
        transaction.on_commit(partial(_say_farewell, farewell))
    return True


def _erase(user: User) -> None:
    paths = _files_of(user)
    _unname_log_lines(user)
    for room in (sparks, commissions, lists, orders, influencers, notifications, accounts):
        room.forget(user)
    end_sessions(user)
    for word in registry.WORDS:
        _carry_out(word, user)
    for path in paths - registry.still_named(paths):
        transaction.on_commit(partial(default_storage.delete, path))


def _carry_out(word: Word, user: User) -> None:
    """What a word says becomes of its rows. Past the models' own rules, which know of nobody who leaves."""
    rows = registry.rows(word, user, mine_only=False)
    if word.fate == Fate.GOES:
        rows.delete()
    elif word.fate == Fate.LOSES_HER:
        made = {name: value for name, value in word.blank.items() if callable(value)}
        for row in list(rows) if made else []:
            registry.model_of(word)._base_manager.filter(pk=row.pk).update(
                **{name: value(row) for name, value in made.items()}
            )
        plain: dict[str, Any] = {name: value for name, value in word.blank.items() if name not in made}
        if plain:
            rows.update(**plain)


def _files_of(user: User) -> set[str]:
    """Files that her rows name. Those of the demo are the shop's own."""
    found = {*storefront.removed_photos(user), *sparks.dropped_files(user)}
    for word in registry.WORDS:
        for column in word.files:
            found |= set(registry.rows(word, user, mine_only=False).values_list(column, flat=True))
    return {path for path in found if path and not path.startswith("demo/")}


def _unname_log_lines(user: User) -> None:
    """In the log of the desk, lines about rows of hers keep who did what and when, and lose what the row was called."""
    for kind in ContentType.objects.filter(pk__in=LogEntry.objects.values("content_type")):
        for word in registry.WORDS:
            if registry.model_of(word) is kind.model_class():
                numbers = registry.rows(word, user, mine_only=False).values_list(Cast("pk", CharField()))
                LogEntry.objects.filter(content_type=kind, object_id__in=numbers).update(
                    object_repr="", change_message=""
                )


def _say_farewell(mail: Mail) -> None:
    """The last mail, of which nothing is kept. One that does not go is not tried again: there is nobody left to write to."""
    try:
        notifications.message_of(mail).send()
    except OSError:
        logger.warning("A last mail did not go")
