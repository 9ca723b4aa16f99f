"""Addresses of the influencer programme."""

from django.urls import path

from influencers.views import applying, proving

app_name = "influencers"
urlpatterns = [
    path("apply", applying.apply, name="apply"),
    path("apply/status", applying.status, name="status"),
    path("apply/again", applying.apply_again, name="apply_again"),
    path("apply/person", applying.ask_for_a_person, name="ask_for_a_person"),
    path("apply/accounts/<int:pk>", proving.prove, name="prove"),
    path("apply/accounts/<int:pk>/sign-in", proving.sign_in, name="sign_in"),
    path("apply/accounts/<int:pk>/code", proving.give_code, name="give_code"),
    path("apply/accounts/<int:pk>/code/check", proving.check_code, name="check_code"),
    path("apply/accounts/<int:pk>/evidence", proving.hand_in, name="hand_in"),
    path("apply/accounts/<int:pk>/disconnect", proving.disconnect, name="disconnect"),
    path("apply/signed-in/<slug:platform>", proving.signed_in, name="signed_in"),
    path("apply/evidence/<int:pk>", proving.evidence, name="evidence"),
    path("review/proofs", proving.proofs, name="proofs"),
    path("review/proofs/<int:pk>/accept", proving.accept, name="accept_proof"),
    path("review/proofs/<int:pk>/refuse", proving.refuse, name="refuse_proof"),
    path("review/proofs/<int:pk>/withdraw", proving.withdraw, name="withdraw_proof"),
    path("review/networks", proving.networks, name="networks"),
    path("review", applying.queue, name="queue"),
    path("review/applications/<int:pk>", applying.review, name="review"),
    path("review/applications/<int:pk>/approve", applying.approve, name="approve"),
    path("review/applications/<int:pk>/decline", applying.decline, name="decline"),
    path("review/applications/<int:pk>/ask", applying.ask, name="ask"),
    path("review/applications/<int:pk>/accounts/<int:account_pk>/rate", applying.rate, name="rate"),
]
