"""What the pages of buying show, and the gates to other people's orders."""

from django.db.models import Sum
from django.http import HttpRequest

from orders.models import CartLine


def cart_count(request: HttpRequest) -> int:
    """How many items lie in the visitor's cart; asks nothing of the database for a guest who has none."""
    if request.user.is_authenticated:
        lines = CartLine.objects.filter(cart__user_id=request.user.pk)
    elif key := request.session.get("cart"):
        lines = CartLine.objects.filter(cart__key=key)
    else:
        return 0
    return lines.aggregate(total=Sum("quantity"))["total"] or 0
