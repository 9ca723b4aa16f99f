from django.urls import path

from storefront.views import editor, public

app_name = "storefront"
urlpatterns = [
    path("@<str:handle>", public.page, name="page"),
    path("@<str:handle>/collections/<slug:slug>", public.collection, name="collection"),
    path("studio/shop", editor.editor, name="editor"),
    path("studio/shop/open", editor.open_shop, name="open_shop"),
    path("studio/shop/look", editor.change_look, name="change_look"),
    path("studio/shop/cover", editor.set_cover, name="set_cover"),
    path("studio/shop/handle", editor.handle, name="handle"),
    path("studio/shop/publish", editor.publish, name="publish"),
    path("studio/shop/unpublish", editor.unpublish, name="unpublish"),
    path("studio/shop/collections", editor.add_collection, name="add_collection"),
    path("studio/shop/collections/order", editor.reorder_collections, name="reorder_collections"),
    path("studio/shop/collections/<int:pk>", editor.edit_collection, name="edit_collection"),
    path("studio/shop/collections/<int:pk>/move", editor.move_collection, name="move_collection"),
    path("studio/shop/collections/<int:pk>/remove", editor.remove_collection, name="remove_collection"),
    path("studio/shop/collections/<int:pk>/picks", editor.add_pick, name="add_pick"),
    path("studio/shop/collections/<int:pk>/order", editor.reorder_picks, name="reorder_picks"),
    path("studio/shop/picks/<int:pk>/note", editor.change_note, name="change_note"),
    path("studio/shop/picks/<int:pk>/move", editor.move_pick, name="move_pick"),
    path("studio/shop/picks/<int:pk>/remove", editor.remove_pick, name="remove_pick"),
    path("studio/shop/removals/<int:pk>/restore", editor.restore, name="restore"),
]
