// Has the browser keep a page for when the network is away (sw.js), which also makes the site installable.
// Without it, or where it is refused, everything is as before.
navigator.serviceWorker?.register("/sw.js").catch(() => {});
