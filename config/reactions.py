"""Who reacts to which fact. The whole map of news between apps is this page.

A lower app announces a fact (``core.reactions.announce``); the tasks listed here
start after commit with the primary key. Each of them bears being run twice and
late, and each has a sweep in ``config/settings.py`` that finds what a lost
message left behind.
"""

REACTIONS: dict[str, list[str]] = {
    "accounts.friend_asked": ["notifications.tasks.tell_friend_asked"],
    "accounts.friend_accepted": ["notifications.tasks.tell_friend_accepted"],
    "influencers.account_proved": ["influencers.tasks.measure", "influencers.tasks.welcome_proof"],
    "influencers.reinstated": ["commissions.tasks.release_held"],
    "orders.paid": [
        "commissions.tasks.accrue_order",
        "orders.tasks.send_receipt",
        "orders.tasks.ask_receiver",
        "lists.tasks.settle_order",
    ],
    "orders.shipped": ["commissions.tasks.clear_order", "orders.tasks.send_shipping_news"],
    "orders.refunded": ["commissions.tasks.reverse_order", "orders.tasks.send_refund_news", "lists.tasks.settle_order"],
}
