"""What the storefront refuses, in the words that its pages say."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class StorefrontError(Exception):
    """Nothing was changed. ``message`` says why and what to do."""

    status = 422

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = str(message)


class NotReadyError(StorefrontError):
    """The shop cannot be published yet; ``missing`` names what it lacks: ``handle``, ``pick``."""

    def __init__(self, missing: list[str]) -> None:
        words = {
            "handle": _("Choose a handle before you publish: it is your shop's address."),
            "pick": _("Add at least one product to a collection before you publish."),
        }
        self.missing = missing
        super().__init__(" ".join(words[name] for name in missing))


class TooManyCollectionsError(StorefrontError):
    """The shop is full."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            ngettext(
                "A shop holds %(limit)d collection at most. Remove one to add another.",
                "A shop holds %(limit)d collections at most. Remove one to add another.",
                limit,
            )
            % {"limit": limit}
        )


class TooManyPicksError(StorefrontError):
    """The collection is full."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            ngettext(
                "A collection holds %(limit)d product at most. Remove one to add another.",
                "A collection holds %(limit)d products at most. Remove one to add another.",
                limit,
            )
            % {"limit": limit}
        )


class AlreadyPickedError(StorefrontError):
    """The product lies in the collection already."""

    def __init__(self, product: object) -> None:
        super().__init__(_("%(product)s is in this collection already.") % {"product": product})


class NotOnSaleError(StorefrontError):
    """The product cannot be bought any more."""

    def __init__(self, product: object) -> None:
        super().__init__(_("%(product)s is not on sale any more. Choose another product.") % {"product": product})


class OrderChangedError(StorefrontError):
    """The list on the page is not the list that is stored."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("Order changed in another window. This is how it stands now."))


class NothingToRestoreError(StorefrontError):
    """It was brought back already, or the collection it lay in was removed."""

    status = 409

    def __init__(self, *, collection_is_gone: bool = False) -> None:
        super().__init__(
            _("Its collection was removed. Bring the collection back first.")
            if collection_is_gone
            else _("This was brought back already.")
        )
