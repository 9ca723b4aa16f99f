from django.urls import path

from lists.views import giving, items, pages

app_name = "lists"
urlpatterns = [
    path("lists", pages.overview, name="overview"),
    path("lists/new", pages.new, name="new"),
    path("l/<str:token>", pages.by_link, name="by_link"),
    path("lists/<slug:slug>", pages.page, name="page"),
    path("lists/<slug:slug>/settings", pages.settings_page, name="settings"),
    path("lists/<slug:slug>/audience", pages.change_audience, name="change_audience"),
    path("lists/<slug:slug>/link", pages.renew_link, name="renew_link"),
    path("lists/<slug:slug>/people", pages.name_person, name="name_person"),
    path("lists/<slug:slug>/people/<int:pk>/drop", pages.drop_person, name="drop_person"),
    path("lists/<slug:slug>/remove", pages.remove, name="remove"),
    path("lists/<slug:slug>/restore", pages.restore, name="restore"),
    path("lists/<slug:slug>/follow", pages.follow, name="follow"),
    path("lists/<slug:slug>/reveal", pages.reveal, name="reveal"),
    path("lists/<slug:slug>/thanks", pages.thanks, name="thanks"),
    path("lists/<slug:slug>/export", pages.export, name="export"),
    path("lists/<slug:slug>/add", items.add, name="add"),
    path("lists/<slug:slug>/bulk", items.bulk, name="bulk"),
    path("lists/<slug:slug>/merge", items.merge, name="merge"),
    path("lists/<slug:slug>/cart", items.fill_cart, name="fill_cart"),
    path("lists/<slug:slug>/items/restore", items.restore_items, name="restore_items"),
    path("lists/<slug:slug>/items/<int:pk>", items.edit, name="edit_item"),
    path("lists/<slug:slug>/items/<int:pk>/tick", items.tick, name="tick"),
    path("lists/<slug:slug>/items/<int:pk>/accept", items.accept, name="accept"),
    path("lists/<slug:slug>/items/<int:pk>/place", items.place, name="place"),
    path("lists/<slug:slug>/items/<int:pk>/plan", items.plan, name="plan"),
    path("lists/<slug:slug>/items/<int:pk>/claim", giving.claim, name="claim"),
    path("claims/<str:token>", giving.manage, name="manage_claim"),
    path("claims/<str:token>/buy", giving.buy, name="buy"),
    path("p/<slug:slug>/save", items.save, name="save"),
    path("p/<slug:slug>/unsave/<int:pk>", items.unsave, name="unsave"),
]
