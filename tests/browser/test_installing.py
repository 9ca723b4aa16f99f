"""The site on a phone without network, and what a browser makes of its manifest."""

from playwright.sync_api import expect


def test_without_network_its_own_page_stands_there_and_with_it_the_site_again(visit: object, mei: object) -> None:
    window = visit(390, service_workers="allow")
    page = window.page
    page.goto("/sparks")
    page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.active.state)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    window.context.set_offline(True)
    page.goto("/trending")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    background = page.evaluate("getComputedStyle(document.querySelector('.btn')).backgroundColor")
    assert background == "rgb(26, 23, 32)"

    kept = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((shelf) => shelf.keys()))))"
        ".then((rows) => rows.flat().map((request) => new URL(request.url).pathname))"
    )
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline"]

    window.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Most wanted this week")).to_be_visible()


def test_a_browser_takes_the_manifest(visit: object, mei: object) -> None:
    window = visit(390, service_workers="allow")
    window.page.goto("/sparks")
    session = window.context.new_cdp_session(window.page)
    found = session.send("Page.getAppManifest")
    reasons = session.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert (found["url"], found["errors"]) == (f"{window.server.url}/manifest.webmanifest", [])
    # A window without a history of its own is never offered an installation; that alone may stand in the way.
    assert [reason["errorId"] for reason in reasons if reason["errorId"] != "in-incognito"] == []
    assert window.complaints == []
