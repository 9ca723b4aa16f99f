"""What readers do with Sparks. Every act is a form that works without JavaScript."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.services import circle
from catalog.models import Variant
from core.http import MemberRequest, is_part_request, render_page, say
from core.views import safe_next, too_many
from influencers.referral_cookie import trail
from influencers.referrals import Touch
from orders.errors import OrderError
from orders.queries import CART_KEY, cart_count
from orders.services import cart as carts
from sparks import queries
from sparks.errors import SparkError, TooFast
from sparks.forms import ReportForm
from sparks.models import Comment, Spark
from sparks.services import acts, helping, keeping, polls
from sparks.visitors import LESS, ask_to_sign_in, member, want_less


@login_not_required
@require_POST
def like(request: HttpRequest, code: str) -> HttpResponse:
    """Like (``on=1``) or not (``on=0``)."""
    user = member(request)
    spark = queries.spark_for(code, user)
    if user is None:
        return ask_to_sign_in(request, spark.get_absolute_url())
    on = request.POST.get("on") == "1"
    try:
        acts.set_liked(spark=spark, user=user, on=on)
    except TooFast as refusal:
        return too_many(request, refusal.seconds)
    spark.refresh_from_db(fields=["likes"])
    if is_part_request(request):
        return render(request, "sparks/_like.html", {"spark": spark, "is_liked": on})
    return redirect(f"{safe_next(request, spark.get_absolute_url())}#s-{spark.code}")


@login_not_required
@require_POST
def comment(request: HttpRequest, code: str) -> HttpResponse:
    """Say something under a Spark, or reply to what somebody said."""
    user = member(request)
    spark = queries.spark_for(code, user)
    if user is None:
        return ask_to_sign_in(request, spark.get_absolute_url())
    parent = queries.comment_of(spark, request.POST["parent"], user) if request.POST.get("parent") else None
    try:
        row = acts.comment(spark=spark, author=user, words=request.POST.get("words", ""), parent=parent)
    except SparkError as refusal:
        shown = queries.spark_page(spark, user)
        context = {
            "page": shown, "card": shown.card, "spark": spark, "refusal": str(refusal),
            "typed": request.POST.get("words", ""), "replied": parent, "is_staff": user.is_staff,
        }  # fmt: skip
        return render_page(request, "sparks/page.html", context, fragment="sparks/_comments.html", status=422)
    if is_part_request(request):
        spark = queries.spark_for(code, user)
        shown = queries.spark_page(spark, user)
        context = {"page": shown, "card": shown.card, "spark": spark, "is_staff": user.is_staff}
        held = row.state == Comment.State.HELD
        text = _("Somebody of the shop looks at it first, because of its links or mentions.") if held else _("Sent.")
        return say(render(request, "sparks/_comments.html", context), text)
    return redirect(f"{spark.get_absolute_url()}#c-{row.pk}")


@require_POST
def drop_comment(request: MemberRequest, code: str, pk: int) -> HttpResponse:
    """Take a comment of one's own away, or one under one's own Spark; ``undo=1`` puts it back."""
    spark = queries.spark_for(code, request.user)
    undo = request.POST.get("undo") == "1"
    row = queries.own_comment(spark, pk, request.user, removed=undo)
    if undo:
        acts.restore_comment(row=row)
    else:
        acts.drop_comment(row=row)
        request.session["dropped_comment"] = {"spark": spark.code, "pk": row.pk}
    messages.success(request, _("The comment is back.") if undo else _("The comment was removed."))
    return redirect(f"{spark.get_absolute_url()}#comments")


@login_not_required
@require_POST
def helpful(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A comment helped (``on=1``) or not."""
    user = member(request)
    spark = queries.spark_for(code, user)
    row = queries.comment_of(spark, str(pk), user)
    address = f"{spark.get_absolute_url()}#c-{row.pk}"
    if user is None:
        return ask_to_sign_in(request, spark.get_absolute_url())
    try:
        helping.set_helpful(comment=row, user=user, on=request.POST.get("on") == "1")
    except TooFast as refusal:
        return too_many(request, refusal.seconds)
    except SparkError as refusal:
        messages.error(request, str(refusal))
        return redirect(address)
    if is_part_request(request):
        _card, remark = queries.remark(spark, row.pk, user)
        return render(request, "sparks/_helpful.html", {"remark": remark, "spark": spark})
    return redirect(address)


@login_not_required
@require_POST
def vote(request: HttpRequest, code: str) -> HttpResponse:
    """One answer to the Spark's poll."""
    user = member(request)
    spark = queries.spark_for(code, user)
    if user is None:
        return ask_to_sign_in(request, spark.get_absolute_url())
    poll = queries.poll_of(spark)
    refusal = text = ""
    try:
        polls.vote(poll=poll, option=queries.option_of(poll, request.POST.get("option", "")), user=user)
    except SparkError as trouble:
        refusal = str(trouble)
    shown = queries.poll_view(spark, user)
    if shown and shown.mine and not refusal:
        facts = {
            "option": shown.mine.row.label,
            "percent": shown.mine.percent,
            "votes": shown.mine.votes,
            "total": shown.total,
        }
        text = ngettext(
            "You voted %(option)s. %(percent)s%%, %(votes)s of %(total)s.",
            "You voted %(option)s. %(percent)s%%, %(votes)s of %(total)s.",
            shown.total,
        ) % facts  # fmt: skip
    if is_part_request(request):
        context = {"poll": shown, "spark": spark, "refusal": refusal}
        response = render(request, "sparks/_poll.html", context, status=422 if refusal else 200)
        return say(response, text) if text else response
    if refusal:
        messages.error(request, refusal)
    else:
        messages.success(request, text)
    return redirect(f"{safe_next(request, spark.get_absolute_url())}#s-{spark.code}")


@require_POST
def settle(request: MemberRequest, code: str) -> HttpResponse:
    """The asker says what came of her poll."""
    spark = queries.own_spark(code, request.user)
    poll = queries.poll_of(spark)
    option = queries.option_of(poll, request.POST["option"]) if request.POST.get("option") else None
    words = request.POST.get("words", "").replace("\x00", "").strip() or (option.words if option else "")
    try:
        polls.settle(poll=poll, words=words, product=option.product if option else None)
    except SparkError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{spark.get_absolute_url()}#s-{spark.code}")


@require_POST
def say_again(request: MemberRequest, code: str) -> HttpResponse:
    """The asker says whether she would buy again what she bought (``would=1`` or ``0``)."""
    spark = queries.own_spark(code, request.user)
    poll = queries.poll_of(spark)
    if request.POST.get("would") not in {"0", "1"}:
        messages.error(request, _("Choose yes or no."))
    else:
        try:
            polls.say_again(poll=poll, would=request.POST["would"] == "1", words=request.POST.get("words", ""))
        except SparkError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Thank you. It stands with the poll and on the product's page."))
    return redirect(f"{spark.get_absolute_url()}#s-{spark.code}")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Save a whole Spark. A plain POST with ``on=1`` keeps it on a list that only she sees, ``on=0`` takes it off again.

    With ``list=`` it goes onto that one, or off it. A GET shows her lists.
    """
    user = member(request)
    spark = queries.spark_for(code, user)
    if user is None:
        return ask_to_sign_in(request, spark.get_absolute_url())
    lists, on = queries.lists_to_fill(user), request.POST.get("on") == "1"
    if request.method != "POST":
        context = {"spark": spark, "lists": lists, "on": queries.lists_with(spark, lists)}
        return render(request, "sparks/keep.html", context)
    if request.POST.get("list"):
        row = queries.list_to_keep_on(user, request.POST["list"])
        if on:
            keeping.keep_on(row=row, spark=spark, by=user)
        else:
            keeping.drop_from(row=row, spark=spark)
        text = (_("Saved to %(list)s.") if on else _("Taken off %(list)s.")) % {"list": row.name}
    elif on:
        text = _("Saved to %(list)s.") % {"list": keeping.keep(spark=spark, user=user).name}
    else:
        keeping.drop(spark=spark, user=user, lists=lists)
        text = _("Taken off your lists.")
    if is_part_request(request):
        context = {"spark": spark, "is_kept": on}
        return say(render(request, "sparks/_keep.html", context), text)
    messages.success(request, text)
    return redirect(f"{safe_next(request, spark.get_absolute_url())}#s-{spark.code}")


@login_not_required
@require_POST
def follow_seller(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow a seller's things (``on=1``) or stop."""
    seller = queries.seller_at(slug)
    user, address = member(request), reverse("sparks:seller", args=[seller.slug])
    if user is None:
        return ask_to_sign_in(request, address)
    on = request.POST.get("on") == "1"
    acts.set_seller_followed(seller=seller, user=user, on=on)
    if is_part_request(request):
        return render(request, "sparks/_follow_seller.html", {"seller": seller, "is_followed": on})
    return redirect(safe_next(request, address))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def want(request: HttpRequest, pk: int) -> HttpResponse:
    """Would buy it (``on=1``) or not: a voice in the ranking. A GET gives a card the button as it stands (``at``: which)."""
    product = queries.product_to_tag(str(pk))
    user, on = member(request), request.POST.get("on") == "1"
    if request.method != "POST":
        if not is_part_request(request):
            return redirect(product)
        on = product.pk in queries.wanted_by(user, [product.pk])
    elif user is None:
        return ask_to_sign_in(request, product.get_absolute_url())
    else:
        try:
            acts.set_wanted(product=product, user=user, on=on)
        except TooFast as refusal:
            return too_many(request, refusal.seconds)
    if is_part_request(request):
        at = (request.POST.get("at") or request.GET.get("at", ""))[:20]
        return render(request, "sparks/_want.html", {"product": product, "is_wanted": on, "at": at})
    return redirect(safe_next(request, "/trending"))


@login_not_required
@require_POST
def follow_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow a topic (``on=1``) or stop."""
    topic = queries.topic_at(slug)
    user = member(request)
    if user is None:
        return ask_to_sign_in(request, topic.get_absolute_url())
    on = request.POST.get("on") == "1"
    acts.set_topic_followed(topic=topic, user=user, on=on)
    if is_part_request(request):
        return render(request, "sparks/_follow_topic.html", {"topic": topic, "is_topic_followed": on})
    return redirect(topic)


@login_not_required
@require_POST
def less(request: HttpRequest, code: str) -> HttpResponse:
    """Less of this author (``on=1``), or as before; for a guest on this device."""
    user = member(request)
    spark = queries.spark_for(code, user)
    on = request.POST.get("on", "1") == "1"
    if user is None:
        want_less(request, spark.author, on=on)
    else:
        acts.set_less(author=spark.author, user=user, on=on)
    words = {"name": spark.author.name}
    if on:
        messages.success(request, _("You will see less of %(name)s.") % words)
        request.session[LESS] = {"code": spark.code, "name": spark.author.name}
    else:
        messages.success(request, _("You will see %(name)s as before.") % words)
    return redirect(safe_next(request, "/sparks"))


@require_POST
def mute(request: MemberRequest, code: str) -> HttpResponse:
    """Nothing more of its author in her feeds, nor of the ``comment``'s; she is not told. On the friends' page it ends."""
    person = queries.author_of(queries.spark_for(code, request.user), request.POST.get("comment", ""), request.user)
    circle.mute(user=request.user, person=person, on=True)
    messages.success(request, _("Muted. You can let the news in again on the page of friends."))
    return redirect(safe_next(request, "/sparks"))


@require_POST
def block(request: MemberRequest, code: str) -> HttpResponse:
    """Neither she nor the author sees the other any more; it can be taken back on the page of friends."""
    person = queries.author_of(queries.spark_for(code, request.user), request.POST.get("comment", ""), request.user)
    circle.block(blocker=request.user, blocked=person)
    messages.success(request, _("Blocked. You can take it back below, under Blocked."))
    return redirect("accounts:friends")


@require_http_methods(["GET", "POST"])
def report(request: MemberRequest, code: str) -> HttpResponse:
    """Tell the shop what is wrong with a Spark, or with a comment (``?comment=``)."""
    spark = queries.spark_for(code, request.user)
    pk = request.GET.get("comment", "")
    row = queries.comment_of(spark, pk, request.user) if pk else None
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            acts.report(spark=spark, comment_row=row, reporter=request.user, reason=data["reason"], note=data["note"])
        except SparkError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. Somebody of the shop looks at it."))
            return redirect("sparks:feed")
    context = {"form": form, "spark": spark, "row": row}
    return render(request, "sparks/report.html", context, status=422 if form.errors else 200)


@login_not_required
@require_POST
def add_to_cart(request: HttpRequest, code: str) -> HttpResponse:
    """A tagged product into the cart without leaving the feed; its author is credited where her links earn.

    Where colour or size is to be chosen, the card asks which (``variant=``); without JavaScript the product's page does.
    """
    user = member(request)
    spark = queries.spark_for(code, user)
    product = queries.tagged_product(spark, request.POST.get("product", ""))
    variants = queries.variants_to_choose(product)
    asked = queries.number(request.POST.get("variant", ""))
    variant = variants[0] if len(variants) == 1 else next((row for row in variants if row.pk == asked), None)
    refusal = ""
    if not variants:
        refusal = _("This is no longer sold. What else the Spark shows stands beside it.")
    elif variant is None and is_part_request(request):
        return render(request, "sparks/_choose.html", {"spark": spark, "product": product, "variants": variants})
    elif variant is None:
        target = f"{product.get_absolute_url()}?via={spark.author.handle}&from={spark.source}"
        return redirect(target if spark.is_by_creator and spark.author.handle else product.get_absolute_url())
    else:
        refusal = _put_into_cart(request, spark, variant)
    if is_part_request(request):
        context = {"refusal": refusal, "count": cart_count(request), "product": product, "spark": spark}
        response = render(request, "sparks/_added.html", context, status=422 if refusal else 200)
        return response if refusal else say(response, _("Added to your cart."))
    if refusal:
        messages.error(request, refusal)
        return redirect(safe_next(request, spark.get_absolute_url()))
    messages.success(request, _("Added to your cart."))
    return redirect("orders:cart")


def _put_into_cart(request: HttpRequest, spark: Spark, variant: Variant) -> str:
    """Put one into her cart with the Spark's author in its trail; the words of the refusal, or an empty string."""
    touches = list(trail(request))
    if spark.is_by_creator:
        touches.append(
            Touch(spark.author.influencer.pk, spark.source, timezone.now(), variant.product_id, spark.posted_at)
        )
    try:
        carts.add_to_cart(cart=_cart(request), variant=variant, quantity=1, trail=touches)
    except OrderError as trouble:
        return str(trouble)
    return ""


def _cart(request: HttpRequest) -> carts.Cart:
    user, key = member(request), request.session.get(CART_KEY)
    if user is not None and key:
        carts.adopt_cart(user=user, key=key)
        del request.session[CART_KEY]
    cart = carts.cart_for(user=user, key=key)
    if user is None:
        request.session[CART_KEY] = cart.key
    return cart
