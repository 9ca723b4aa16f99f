from django.urls import path

from orders import desk, views

app_name = "orders"
urlpatterns = [
    path("cart", views.cart, name="cart"),
    path("cart/add", views.add_to_cart, name="add_to_cart"),
    path("cart/lines/<int:pk>", views.change_line, name="change_line"),
    path("cart/restore", views.restore_line, name="restore_line"),
    path("checkout", views.checkout, name="checkout"),
    path("orders", views.orders, name="orders"),
    path("orders/<str:number>", views.order, name="order"),
    path("orders/<str:number>/confirm", views.confirm_payment, name="confirm_payment"),
    path("seller", desk.desk, name="desk"),
    path("seller/lines/<int:pk>/ship", desk.ship, name="ship"),
    path("seller/lines/<int:pk>/refund", desk.refund, name="refund"),
]
