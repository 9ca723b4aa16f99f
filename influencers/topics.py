"""What an applicant's posts are about."""

from django.utils.translation import gettext_lazy as _

TOPICS = [
    ("home", _("Home")),
    ("kitchen", _("Kitchen")),
    ("beauty", _("Beauty")),
    ("style", _("Style")),
    ("fit", _("Outdoors and fitness")),
    ("tech", _("Tech")),
    ("kids", _("Kids")),
    ("food", _("Food")),
    ("books", _("Books")),
    ("crafts", _("Crafts")),
    ("pets", _("Pets")),
    ("travel", _("Travel")),
]
