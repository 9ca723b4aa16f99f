"""The log refuses UPDATE and DELETE; the risk of stored scores stands beside them; replies for the common reasons."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from core.append_only import protect, unprotect

LOG = "influencers_applicationevent"
HIGH, SOME = {"unlikely_engagement"}, {"young", "follows_many", "quiet"}
REPLIES = [
    ("approve", "", "Welcome, {name}. Your shop is yours to fill: five picks that you own make a good start."),
    (
        "decline",
        "does_not_meet_requirements",
        "Thank you, {name}. Your score is {points}, and from {needed} an application is likely to qualify."
        " The table below says what would move it.",
    ),
    ("decline", "not_the_right_fit", "Thank you, {name}. Your posts are about other things than what is sold here."),
    (
        "decline",
        "identity_not_proven",
        "Thank you, {name}. We could not tell that these accounts are yours. Prove at least one of them and apply again.",
    ),
    (
        "decline",
        "engagement_unusual",
        "Thank you, {name}. So much or so little engagement is unusual for accounts of this size, and we found no"
        " explanation. If there is one, apply again and link what shows it.",
    ),
    (
        "decline",
        "needs_more_detail",
        "Thank you, {name}. We need more detail to decide. You can apply again at once; your answers are kept.",
    ),
    (
        "ask",
        "identity_not_proven",
        "Hello {name}, please put {shop} or a link to your profile here into the bio of your account, and tell us when it is there.",
    ),
    (
        "ask",
        "engagement_unusual",
        "Hello {name}, your engagement is unusual for an account of this size. What explains it? A link helps.",
    ),
    ("ask", "needs_more_detail", "Hello {name}, please tell us more about what you make, and link two recent posts."),
]
CHINESE = {
    ("approve", ""): "{name}，欢迎加入。店铺由你来布置：从五件自己正在用的好物开始就很好。",
    ("decline", "does_not_meet_requirements"): (
        "{name}，感谢你的申请。你的评分是 {points}，达到 {needed} 通常就能通过。下面的表格说明了怎样可以提高评分。"
    ),
    ("decline", "not_the_right_fit"): "{name}，感谢你的申请。你发布的内容与这里出售的商品关系不大。",
    ("decline", "identity_not_proven"): (
        "{name}，感谢你的申请。我们无法确认这些账号属于你。请至少验证其中一个账号后再次申请。"
    ),
    ("decline", "engagement_unusual"): (
        "{name}，感谢你的申请。对这种规模的账号来说，这样高或这样低的互动率并不常见，我们没有找到原因。如有说明，请附上链接再次申请。"
    ),
    ("decline", "needs_more_detail"): "{name}，感谢你的申请。我们需要更多信息才能决定。你可以马上再次申请，填过的内容都会保留。",
    ("ask", "identity_not_proven"): "{name}，你好。请把 {shop} 或你在本站的主页链接写进账号简介，写好后告诉我们。",
    ("ask", "engagement_unusual"): "{name}，你好。对这种规模的账号来说，你的互动率并不常见。原因是什么？附上链接会更有帮助。",
    ("ask", "needs_more_detail"): "{name}，你好。请再多介绍一下你的内容，并附上两条最近的帖子链接。",
}


def keep(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    template = apps.get_model("influencers", "ReplyTemplate")
    template.objects.bulk_create(
        template(act=act, reason=reason, language=language, text=text)
        for act, reason, english in REPLIES
        for language, text in (("en", english), ("zh-hans", CHINESE[act, reason]))
    )
    application = apps.get_model("influencers", "Application")
    for row in application.objects.exclude(score_points=None).only("pk", "score").iterator(chunk_size=1000):
        flags = {flag for account in (row.score or {}).get("accounts", []) for flag in account.get("flags", [])}
        risk = "high" if flags & HIGH else "some" if flags & SOME else ""
        if risk:
            application.objects.filter(pk=row.pk).update(risk=risk)


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    protect(schema_editor, LOG)


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    unprotect(schema_editor, LOG)


class Migration(migrations.Migration):
    dependencies = [("influencers", "0005_work_the_queue_at_a_desk")]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop), migrations.RunPython(add, remove)]
