"""Addresses of the influencer programme."""

from django.urls import path

from influencers.views import applying, figures, proving, reviewing, standing

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
    path("review", reviewing.queue, name="queue"),
    path("review/bulk", reviewing.bulk, name="bulk"),
    path("review/figures", figures.figures, name="figures"),
    path("review/log", reviewing.log, name="log"),
    path("review/replies", reviewing.replies, name="replies"),
    path("review/replies/<int:pk>", reviewing.reply, name="reply"),
    path("review/applications/<int:pk>", reviewing.review, name="review"),
    path("review/applications/<int:pk>/hold", reviewing.hold, name="hold"),
    path("review/applications/<int:pk>/release", reviewing.release, name="release"),
    path("review/applications/<int:pk>/approve", reviewing.approve, name="approve"),
    path("review/applications/<int:pk>/decline", reviewing.decline, name="decline"),
    path("review/applications/<int:pk>/ask", reviewing.ask, name="ask"),
    path("review/applications/<int:pk>/undo", reviewing.undo, name="undo"),
    path("review/applications/<int:pk>/note", reviewing.note, name="note"),
    path("review/applications/<int:pk>/accounts/<int:account_pk>/rate", reviewing.rate, name="rate"),
    path("studio/standing", standing.standing, name="standing"),
    path("studio/standing/<int:pk>/appeal", standing.appeal, name="appeal"),
    path("review/creators", standing.creators, name="creators"),
    path("review/creators/outage", standing.make_up, name="make_up"),
    path("review/creators/<int:pk>", standing.creator, name="creator"),
    path("review/creators/<int:pk>/sanction", standing.sanction, name="sanction"),
    path("review/creators/<int:pk>/probation", standing.rest, name="rest"),
    path("review/sanctions/<int:pk>", standing.judge, name="judge"),
]
