"""The composer: photos, tags, words. The draft is kept after every step."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.http import MemberRequest, is_part_request, render_page, say
from sparks import queries
from sparks.errors import NothingToPost, NotTwoOptions, PollStands, SparkError
from sparks.forms import PhotosForm, StartForm, WordsForm
from sparks.models import Spark
from sparks.services import limits, polls, posting
from sparks.services.posting import MOST_PHOTOS
from sparks.tags import MOST_TAGS, WHOLE, OutsidePicture, parse_percent

MOVES = {"up": -1, "down": 1}


@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Step one: what kind, and photos. Below it what was begun before."""
    form = StartForm(request.POST or None)
    photos = PhotosForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and photos.is_valid():
        uploads = photos.cleaned_data["photos"]
        try:
            limits.check_pace("post", by=request.user)
            spark = posting.start_draft(author=request.user, kind=form.cleaned_data["kind"])
        except SparkError as refusal:
            form.add_error(None, str(refusal))
        else:
            refusals = posting.add_photos(spark=spark, uploads=uploads, alt=photos.cleaned_data["alt"])
            if refusals:
                return _tags(request, spark, refusal="\n".join(refusals), status=422)
            return redirect("sparks:tags" if uploads else "sparks:words", spark.code)
    removed = request.GET.get("removed", "")[:12]
    context = {"form": form, "photos": photos, "drafts": queries.drafts_of(request.user), "removed": removed}
    return render(request, "sparks/new.html", context, status=422 if form.errors or photos.errors else 200)


@require_safe
def tags(request: MemberRequest, code: str) -> HttpResponse:
    """Step two: which products, and where."""
    return _tags(request, queries.own_spark(code, request.user))


def _tags(request: HttpRequest, spark: Spark, *, refusal: str = "", said: str = "", status: int = 200) -> HttpResponse:
    work = queries.draft(spark)
    # What was typed about a photo that was not taken stands there for the next.
    alt = request.POST.get("alt", "") if not work.photos else ""
    pk = queries.number(request.GET.get("photo", "") or request.POST.get("photo", ""))
    photo = next((row for row in work.photos if row.pk == pk), work.photos[0] if work.photos else None)
    q = request.GET.get("q", "").replace("\x00", "")[:100]
    context: dict[str, Any] = {
        "work": work, "spark": spark, "photo": photo, "q": q, "refusal": refusal, "said": said, "most": MOST_TAGS,
        "found": queries.products_to_tag(spark.author, q) if photo else [], "photos_form": PhotosForm(initial={"alt": alt}),
    }  # fmt: skip
    return render_page(request, "sparks/tags.html", context, fragment="sparks/_tagging.html", status=status)


def _back(spark: Spark, photo_pk: int | None = None) -> HttpResponse:
    tail = f"?photo={photo_pk}" if photo_pk else ""
    return redirect(f"{reverse('sparks:tags', args=[spark.code])}{tail}")


@require_POST
def add_photos(request: MemberRequest, code: str) -> HttpResponse:
    """More photos for a draft."""
    spark = queries.own_spark(code, request.user)
    form = PhotosForm(request.POST, request.FILES)
    form.is_valid()
    alt = form.cleaned_data.get("alt", "")
    refusals = posting.add_photos(spark=spark, uploads=request.FILES.getlist("photos"), alt=alt)
    if refusals:
        return _tags(request, spark, refusal="\n".join(refusals), status=422)
    return _back(spark)


@require_POST
def change_photo(request: MemberRequest, code: str) -> HttpResponse:
    """What a photo shows, or out with it (``drop=1``), or the one that was taken out back in (``restore=``)."""
    spark = queries.own_spark(code, request.user)
    if request.POST.get("restore"):
        return _restore_photo(request, spark)
    photo = queries.photo_of(spark, request.POST.get("photo", ""))
    if request.POST.get("drop") == "1":
        try:
            posting.drop_photo(photo=photo)
        except SparkError as refusal:
            return _tags(request, spark, refusal=str(refusal), status=422)
        return _back(spark)
    if request.POST.get("move") in MOVES:
        posting.move_photo(photo=photo, by=MOVES[request.POST["move"]])
        return _answer(request, spark, photo.pk, _("Moved."))
    posting.describe_photo(photo=photo, alt=request.POST.get("alt", "").replace("\x00", ""))
    return _back(spark, photo.pk)


def _restore_photo(request: HttpRequest, spark: Spark) -> HttpResponse:
    dropped = queries.dropped_photo_of(spark, request.POST["restore"])
    try:
        photo = posting.restore_photo(dropped=dropped)
    except SparkError as refusal:
        return _tags(request, spark, refusal=str(refusal), status=422)
    return _back(spark, photo.pk if photo else None)


@require_POST
def order_photos(request: MemberRequest, code: str) -> HttpResponse:
    """The photos in the order in which they were dragged."""
    spark = queries.own_spark(code, request.user)
    posting.order_photos(spark=spark, wanted=[queries.number(pk) for pk in request.POST.getlist("order")[:MOST_PHOTOS]])
    return HttpResponse(status=204) if is_part_request(request) else _back(spark)


@require_POST
def add_tag(request: MemberRequest, code: str) -> HttpResponse:
    """Tag a product at ``x`` and ``y`` percent; the middle where none is said."""
    spark = queries.own_spark(code, request.user)
    photo = queries.photo_of(spark, request.POST.get("photo", ""))
    product = queries.product_to_tag(request.POST.get("product", ""))
    try:
        x, y = _place(request, default=WHOLE // 2)
        posting.add_tag(photo=photo, product=product, x=x, y=y)
    except SparkError as refusal:
        return _tags(request, spark, refusal=str(refusal), status=422)
    return _answer(request, spark, photo.pk, _("Tagged."))


@require_POST
def place_tag(request: MemberRequest, code: str, pk: int) -> HttpResponse:
    """Move a tag, or take it off (``drop=1``)."""
    spark = queries.own_spark(code, request.user)
    tag = queries.tag_of(spark, pk)
    if request.POST.get("drop") == "1":
        posting.drop_tag(tag=tag)
        return _answer(request, spark, tag.photo_id, _("Removed."))
    try:
        x, y = _place(request, default=-1)
        posting.place_tag(tag=tag, x=x, y=y)
    except SparkError as refusal:
        return _tags(request, spark, refusal=str(refusal), status=422)
    words = {"name": tag.product.label, "x": round(tag.x / 100), "y": round(tag.y / 100)}
    if not is_part_request(request):
        return _back(spark, tag.photo_id)
    # Announced without a toast: the row says the same, and keys move a pin many times.
    return _tags(request, spark, said=_("%(name)s at %(x)s%% across, %(y)s%% down") % words)


def _place(request: HttpRequest, *, default: int) -> tuple[int, int]:
    """The place as typed; OutsideThePicture for none."""
    found = []
    for name in ("x", "y"):
        typed = request.POST.get(name, "")
        try:
            found.append(parse_percent(typed) if typed else default)
        except OutsidePicture:
            found.append(-1)
    return found[0], found[1]


def _answer(request: HttpRequest, spark: Spark, photo_pk: int, text: str) -> HttpResponse:
    if not is_part_request(request):
        return _back(spark, photo_pk)
    return say(_tags(request, spark), text)


@require_http_methods(["GET", "POST"])
def words(request: MemberRequest, code: str) -> HttpResponse:
    """Step three: words, topic, circle, labels, poll; post now, later, or keep the draft."""
    spark = queries.own_spark(code, request.user)
    form = WordsForm(request.POST or None, instance=spark, tagged=queries.tagged_products(spark))
    was_posted = spark.is_out
    if request.method == "POST" and form.is_valid():
        try:
            spark = _keep(request, code, form)
        except SparkError as refusal:
            form.add_error(_field_of(refusal, form), str(refusal))
        else:
            return _kept(request, spark, was_posted=was_posted)
    if form.errors:
        # The form wrote what was typed onto the row; the page shows it as it is.
        spark = queries.own_spark(code, request.user)
    context = {"form": form, "spark": spark, "work": queries.draft(spark), "ruling": queries.last_hiding(spark)}
    return render(request, "sparks/words.html", context, status=422 if form.errors else 200)


def _keep(request: MemberRequest, code: str, form: WordsForm) -> Spark:
    data = form.cleaned_data
    spark = queries.own_spark(code, request.user)
    is_draft = request.POST.get("act") == "keep"
    if "question" in form.fields:
        polls.set_poll(
            spark=spark, question=data["question"], options=form.typed_options(), days=data["days"], is_draft=is_draft
        )
    posting.change_spark(
        spark=spark, words=data["words"], topic=data["topic"], audience=data["audience"],
        is_sponsored=data["is_sponsored"], is_gifted=data["is_gifted"],
    )  # fmt: skip
    if is_draft or spark.is_out:
        return spark
    if data.get("at"):
        return posting.schedule_spark(spark=spark, at=data["at"])
    return posting.post_spark(spark=spark)


def _field_of(refusal: SparkError, form: WordsForm) -> str | None:
    name = refusal.missing if isinstance(refusal, NothingToPost) else ""
    if isinstance(refusal, NotTwoOptions | PollStands):
        name = "option_0"
    return name if name in form.fields else None


def _kept(request: HttpRequest, spark: Spark, *, was_posted: bool) -> HttpResponse:
    if spark.state == Spark.State.POSTED:
        messages.success(
            request, _("Saved.") if was_posted else _("Posted. Fifty people see it first, whatever they think of it.")
        )
        return redirect(spark)
    if spark.state == Spark.State.HELD:
        messages.success(request, _("Kept. Somebody of the shop looks at it first, because of its links or mentions."))
        return redirect("sparks:new")
    messages.success(request, _("Planned.") if spark.state == Spark.State.SCHEDULED else _("The draft is kept."))
    return redirect("sparks:new")


@require_POST
def remove(request: MemberRequest, code: str) -> HttpResponse:
    """Take one's Spark away; it can be brought back for thirty days."""
    spark = queries.own_spark(code, request.user)
    posting.remove_spark(spark=spark)
    messages.success(request, _("Removed. You can bring it back for thirty days."))
    return redirect(f"{reverse('sparks:new')}?removed={spark.code}")


@require_POST
def restore(request: MemberRequest, code: str) -> HttpResponse:
    """Bring a removed Spark back."""
    spark = queries.removed_spark(code, request.user)
    if posting.restore_spark(spark=spark):
        messages.success(request, _("It is back."))
    else:
        messages.error(request, _("It was removed more than thirty days ago and cannot come back."))
    return redirect(spark if spark.state == Spark.State.POSTED else reverse("sparks:new"))
