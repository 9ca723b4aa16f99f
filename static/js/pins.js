// [data-photo]: pins over a picture. A tap on a pin opens its label instead of leaving; the pill hides and shows them all.
// Without this file every pin is a plain link.
const touch = matchMedia("(hover: none)").matches;

function prepare(root) {
  for (const photo of root.querySelectorAll?.("[data-photo]:not([data-ready])") || []) {
    photo.dataset.ready = "";
    const pill = photo.querySelector("[data-pins-switch]");
    if (!pill) continue;
    pill.hidden = false;
    show(photo, !touch);
    for (const label of photo.querySelectorAll("[data-label]")) {
      label.style.left = `${Math.min(Math.max(Number(label.dataset.x), 26), 74)}%`;
      label.style.top = `${label.dataset.y}%`;
      label.classList.toggle("is-above", Number(label.dataset.y) > 70);
    }
  }
}

function show(photo, on) {
  photo.dataset.pins = on ? "on" : "off";
  photo.querySelector("[data-pins-switch]").setAttribute("aria-pressed", on);
  if (!on) close(photo);
}

function close(photo) {
  for (const label of photo.querySelectorAll("[data-label]")) label.hidden = true;
  for (const pin of photo.querySelectorAll("[data-pin]")) pin.classList.remove("is-open");
}

document.addEventListener("click", (event) => {
  const photo = event.target.closest("[data-photo]");
  if (!photo) return;
  const pin = event.target.closest("[data-pin]");
  if (pin && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    const label = photo.querySelector(`[data-label="${pin.dataset.pin}"]`);
    const was = label.hidden;
    close(photo);
    label.hidden = !was;
    pin.classList.toggle("is-open", was);
    if (was && event.detail === 0) label.focus();
    return;
  }
  if (event.target.closest("[data-label]")) return;
  if (event.target.closest("[data-pins-switch]") || (touch && photo.querySelector("[data-pins-switch]"))) {
    show(photo, photo.dataset.pins !== "on");
  } else {
    close(photo);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const photo of document.querySelectorAll("[data-photo]")) close(photo);
});
document.addEventListener("dblclick", (event) => {
  const photo = event.target.closest("[data-photo]");
  const heart = photo?.closest("[data-spark]")?.querySelector('[data-like][aria-pressed="false"]');
  heart?.click();
});
prepare(document);
document.body.addEventListener("htmx:load", (event) => prepare(event.detail.elt.parentElement || document));
