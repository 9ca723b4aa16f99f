from django.urls import path

from commissions import card, desk, due_process, figures, programme, views

app_name = "commissions"
MONTH = "studio/statements/<str:currency>/<int:year>-<int:month>"
urlpatterns = [
    path("studio", views.overview, name="overview"),
    path("studio/earnings", views.earnings, name="earnings"),
    path("studio/earnings.csv", views.export, name="export"),
    path("studio/earnings/<int:pk>", views.receipt, name="receipt"),
    path("studio/holds/<int:pk>/appeal", due_process.appeal, name="appeal"),
    path("programme", programme.page, name="programme"),
    path("programme/holds", due_process.holds, name="holds"),
    path("programme/holds/<int:pk>", due_process.judge, name="judge"),
    path("programme/codes/<int:pk>/resume", due_process.resume_code, name="resume_code"),
    path("studio/figures", figures.figures, name="figures"),
    path("studio/figures.csv", figures.figures_csv, name="figures_csv"),
    path("studio/where-is-my-order", views.where, name="where"),
    path("studio/payouts", views.payouts, name="payouts"),
    path("studio/payouts/closing", views.set_closing, name="set_closing"),
    path("studio/payouts/<int:pk>", views.payout, name="payout"),
    path("studio/payouts/to/<str:currency>", views.payee, name="payee"),
    path("studio/payouts/to/<str:currency>/stripe", views.at_stripe, name="at_stripe"),
    path("studio/payouts/to/<str:currency>/refresh", views.refresh_payee, name="refresh_payee"),
    path(MONTH, views.statement_page, name="statement"),
    path(f"{MONTH}.csv", views.statement_csv, name="statement_csv"),
    path(f"{MONTH}.pdf", views.statement_pdf, name="statement_pdf"),
    path("how-commissions-work", views.how, name="how"),
    path("payouts", desk.desk, name="desk"),
    path("payouts/run", desk.run, name="run"),
    path("payouts/file", desk.make_file, name="make_file"),
    path("payouts/file/<str:batch>.csv", desk.bank_file, name="bank_file"),
    path("payouts/check", desk.check_now, name="check_now"),
    path("payouts/checks/<int:pk>/settle", desk.settle_check, name="settle_check"),
    path("payouts/<int:pk>/approve", desk.approve, name="approve"),
    path("payouts/<int:pk>/refuse", desk.refuse, name="refuse"),
    path("payouts/<int:pk>/paid", desk.mark_paid, name="mark_paid"),
    path("payouts/<int:pk>/failed", desk.mark_failed, name="mark_failed"),
    path("hooks/stripe", views.stripe_news, name="stripe_news"),
    path("studio/rates", card.rates, name="rates"),
    path("how-commissions-work/changes", card.rate_changes, name="rate_changes"),
    path("programme/rates", card.try_card, name="try_card"),
]
