"""The five networks by name."""

from influencers.platforms.base import Platform
from influencers.platforms.meta import Facebook, Instagram
from influencers.platforms.tiktok import TikTok
from influencers.platforms.x import X
from influencers.platforms.youtube import YouTube

CLIENTS: dict[str, type[Platform]] = {client.name: client for client in (Facebook, Instagram, YouTube, X, TikTok)}


def client_for(platform: str) -> Platform:
    """A client of the network, for one conversation: it counts its questions."""
    return CLIENTS[platform]()
