"""Signatures as providers make them."""

import hmac


def stripe_signature(body: bytes, secret: str, at: int) -> str:
    """The header that Stripe sends with a body (docs.stripe.com/webhooks/signature)."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
    return f"t={at},v1={mac}"
