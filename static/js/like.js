// [data-like]: the heart answers at once; the server's answer replaces it with the truth, a failure puts it back.
function paint(button, on) {
  button.setAttribute("aria-pressed", on);
  const figure = button.querySelector("[data-figure]");
  const count = Number(figure.dataset.figure) + (on ? 1 : -1);
  if (count >= 0 && count < 10000) figure.textContent = count.toLocaleString(document.documentElement.lang);
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.target.querySelector?.("[data-like]");
  if (!button) return;
  button.dataset.before = "1";
  paint(button, button.getAttribute("aria-pressed") !== "true");
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    const button = event.target.querySelector?.("[data-like]");
    if (!button?.dataset.before) return;
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
    button.querySelector("[data-figure]").textContent = Number(
      button.querySelector("[data-figure]").dataset.figure
    ).toLocaleString(document.documentElement.lang);
  });
}
document.body.addEventListener("htmx:afterSwap", (event) => {
  const swapped = document.getElementById(event.detail.elt?.id);
  if (swapped?.matches(".spark-like") && document.activeElement === document.body) swapped.querySelector("button").focus();
});
