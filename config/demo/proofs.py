"""How the people of the demo world proved their accounts, and what the networks told of them."""

import io
from datetime import datetime, timedelta

from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from config.demo.people import DemoAccount
from core.sealing import seal, seal_bytes
from influencers.models import Connection, Evidence, Snapshot
from influencers.services.measuring import PROOF_DAYS
from influencers.services.proving import connect

NIGHTS = 12


def add_connection(account: DemoAccount, user: User, reviewer: User, sent_at: datetime, now: datetime) -> Connection:
    """An account with its proof, or with what a reviewer is asked to look at; a night's figures for each of the last twelve."""
    connection = connect(user=user, platform=account.platform, handle=account.handle)
    if account.proof:
        # A proof that was given long ago was renewed since.
        proved_at = max(sent_at - timedelta(minutes=12), now - timedelta(days=120))
        connection.proof, connection.proved_at = account.proof, proved_at
        connection.expires_at = proved_at + timedelta(days=PROOF_DAYS[account.proof])
        connection.proved_by = None if account.proof == "oauth" else reviewer
    if account.asked:
        connection.asked, connection.asked_at = account.asked, sent_at
    if account.asked == "code":
        connection.code, connection.code_expires_at = seal("VT-DEM2KX7PQR"), sent_at + timedelta(days=7)
    connection.save()
    if account.asked == "evidence":
        picture = screenshot(
            f"@{account.handle}", f"{account.followers:,} followers", "Insights: only you can see this"
        )
        Evidence.objects.create(connection=connection, picture=seal_bytes(picture), uploaded_at=sent_at)
    if account.proof == "oauth":
        add_snapshots(connection, account, now)
    return connection


def add_snapshots(connection: Connection, account: DemoAccount, now: datetime) -> None:
    """Followers that grow a little each night, up to what the network tells now."""
    followers = account.told or account.followers
    for night in range(NIGHTS, 0, -1):
        Snapshot.objects.create(
            connection=connection, taken_at=now - timedelta(days=night - 1, hours=3), source=Snapshot.Source.PLATFORM,
            followers=followers - followers * (night - 1) // 700, posts_in_60_days=account.posts,
            average_likes=account.likes, average_comments=account.comments, average_views=account.views,
            newest_post_on=(now - timedelta(days=2)).date(), opened_on=(now - timedelta(days=account.age_days)).date(),
            recent=recent_posts(account, now) if night == 1 else [],
        )  # fmt: skip


def recent_posts(account: DemoAccount, now: datetime) -> list[dict[str, object]]:
    """Six posts around what is typical, two days apart; no network, so no pictures."""
    return [
        {
            "at": (now - timedelta(days=2 + 2 * n)).isoformat(),
            "likes": None if account.likes is None else account.likes * share // 100,
            "comments": account.comments,
            "views": account.views,
            "url": "",
            "picture": "",
        }
        for n, share in enumerate((94, 120, 100, 71, 108, 100))
    ]


def screenshot(*lines: str) -> bytes:
    """A picture with some lines of text, as WebP."""
    picture = Image.new("RGB", (720, 480), "#f6f3ee")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 720, 72), fill="#2d6a6a")
    for number, line in enumerate(lines):
        pen.text((40, 120 + 90 * number), line, fill="#22303a", font=ImageFont.load_default(size=40 - 6 * number))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82)
    return out.getvalue()
