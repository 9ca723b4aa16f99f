"""Verbs of somebody who leaves: what she took is free again, and what she wrote on lists of others is taken out."""

from django.db.models import Q

from accounts.models import User
from accounts.queries import addresses_of
from lists.models import Claim, List, ListItem
from lists.services.giving import release
from notifications.models import Mail
from notifications.services import empty


def forget(user: User) -> None:
    """Before her rows go."""
    hers = Q(giver=user)
    for address in addresses_of(user):
        hers |= Q(giver__isnull=True, email__iexact=address)
    for claim in Claim.objects.filter(hers, state__in=[Claim.State.SHOPPING, Claim.State.RESERVED]).order_by("pk"):
        release(row=claim)
    for pk in Claim.objects.filter(hers | Q(item__list__owner=user)).values_list("pk", flat=True):
        empty(Mail.objects.filter(key__in=[f"claim-{pk}", f"claim_reminder-{pk}", f"claim_removed-{pk}"]))
    # What she suggested waits for nobody's answer; what was taken up stays without her words.
    ListItem.objects.filter(added_by=user, is_suggestion=True).exclude(list__owner=user).delete()
    ListItem.objects.filter(added_by=user).exclude(list__owner=user).update(added_by=None, note="")
    ListItem.objects.filter(bringer=user).update(bringer=None)
    List.objects.filter(recipient=user).update(recipient=None, recipient_name="")
