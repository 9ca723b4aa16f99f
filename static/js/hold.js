// A case that is open with a reviewer is given back when she leaves it; deciding it does so by itself.
let stays = false;

document.addEventListener("submit", (event) => {
  const held = document.querySelector("[data-hold]");
  const action = event.target.action;
  stays = Boolean(held) && typeof action === "string" && action.includes(held.dataset.hold.replace(/release$/, ""));
});

addEventListener("pagehide", () => {
  const held = document.querySelector("[data-hold]");
  if (!held || stays) return;
  const data = new FormData();
  data.append("until", held.dataset.until);
  data.append("csrfmiddlewaretoken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]);
  navigator.sendBeacon(held.dataset.hold, data);
});

// Back from the browser's memory: it was given back meanwhile, so it is asked for anew.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
