"""Verbs of the influencer programme, by topic: applying, referring."""
