from django.urls import path

from sparks.views import acting, composing, moderating, reading, syndicating

app_name = "sparks"
urlpatterns = [
    path("sparks", reading.feed, name="feed"),
    path("sparks/following", reading.following, name="following"),
    path("sparks/seen", reading.seen, name="mark_seen"),
    path("sparks/new", composing.new, name="new"),
    path("sparks/reports", moderating.reports, name="reports"),
    path("sparks/reports/<int:pk>", moderating.decide, name="decide_report"),
    path("sparks/of/<str:handle>", reading.person, name="person"),
    path("sparks/of/<str:handle>/atom", syndicating.person, name="person_atom"),
    path("sparks/t/<slug:slug>/atom", syndicating.topic, name="topic_atom"),
    path("sparks/t/<slug:slug>", reading.topic, name="topic"),
    path("sparks/t/<slug:slug>/follow", acting.follow_topic, name="follow_topic"),
    path("sparks/want/<int:pk>", acting.want, name="want"),
    path("trending", reading.trending, name="trending"),
    path("welcome/topics", reading.welcome, name="welcome"),
    path("s/<slug:code>", reading.page, name="page"),
    path("s/<slug:code>/like", acting.like, name="like"),
    path("s/<slug:code>/comment", acting.comment, name="comment"),
    path("s/<slug:code>/comments/<int:pk>/drop", acting.drop_comment, name="drop_comment"),
    path("s/<slug:code>/vote", acting.vote, name="vote"),
    path("s/<slug:code>/outcome", acting.settle, name="settle"),
    path("s/<slug:code>/cart", acting.add_to_cart, name="add_to_cart"),
    path("s/<slug:code>/less", acting.less, name="less"),
    path("s/<slug:code>/report", acting.report, name="report"),
    path("s/<slug:code>/tags", composing.tags, name="tags"),
    path("s/<slug:code>/photos", composing.add_photos, name="add_photos"),
    path("s/<slug:code>/photo", composing.change_photo, name="change_photo"),
    path("s/<slug:code>/tag", composing.add_tag, name="add_tag"),
    path("s/<slug:code>/tags/<int:pk>", composing.place_tag, name="place_tag"),
    path("s/<slug:code>/words", composing.words, name="words"),
    path("s/<slug:code>/remove", composing.remove, name="remove"),
    path("s/<slug:code>/restore", composing.restore, name="restore"),
    path("s/<slug:code>/hide", moderating.hide, name="hide"),
]
