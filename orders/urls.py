from django.urls import path

from orders import desk, parcels, views

app_name = "orders"
urlpatterns = [
    path("cart", views.cart, name="cart"),
    path("cart/add", views.add_to_cart, name="add_to_cart"),
    path("cart/lines/<int:pk>", views.change_line, name="change_line"),
    path("cart/code", views.set_code, name="set_code"),
    path("cart/restore", views.restore_line, name="restore_line"),
    path("checkout", views.checkout, name="checkout"),
    path("orders", views.orders, name="orders"),
    path("orders/<str:number>", views.order, name="order"),
    path("orders/<str:number>/confirm", views.confirm_payment, name="confirm_payment"),
    path("parcels", parcels.parcels, name="parcels"),
    path("parcels/<int:pk>", parcels.parcel, name="parcel"),
    path("parcels/addresses/<int:pk>/forget", parcels.forget_address, name="forget_address"),
    path("seller", desk.desk, name="desk"),
    path("seller/lines/<int:pk>/ship", desk.ship, name="ship"),
    path("seller/lines/<int:pk>/delivered", desk.delivered, name="delivered"),
    path("seller/lines/<int:pk>/address", desk.address, name="address"),
    path("seller/lines/<int:pk>/refund", desk.refund, name="refund"),
]
