// [data-at-once]: the heart and the bookmark answer at once; the server's answer replaces them with the truth, a failure puts them back.
function paint(button, on) {
  button.setAttribute("aria-pressed", on);
  const figure = button.querySelector("[data-figure]");
  if (!figure) return;
  const count = Number(figure.dataset.figure) + (on ? 1 : -1);
  if (count >= 0 && count < 10000) figure.textContent = count.toLocaleString(document.documentElement.lang);
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.target.querySelector?.("[data-at-once]");
  if (!button) return;
  button.dataset.before = "1";
  paint(button, button.getAttribute("aria-pressed") !== "true");
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    const button = event.target.querySelector?.("[data-at-once]");
    if (!button?.dataset.before) return;
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
    const figure = button.querySelector("[data-figure]");
    if (figure) figure.textContent = Number(figure.dataset.figure).toLocaleString(document.documentElement.lang);
  });
}
document.body.addEventListener("htmx:afterSwap", (event) => {
  const swapped = document.getElementById(event.detail.elt?.id);
  if (swapped?.matches(".spark-like, .spark-keep") && document.activeElement === document.body) swapped.querySelector("button").focus();
});
