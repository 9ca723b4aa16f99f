// The save sheet: a dialog that htmx puts into #sheet. Its bookmark on the page follows what it says.
const place = document.getElementById("sheet");
let opener = null;

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.target.querySelector?.("[data-save]");
  if (button) opener = button;
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== place) return;
  const sheet = place.querySelector("[data-sheet]");
  if (!sheet) return;
  const { product, saved } = sheet.dataset;
  for (const button of document.querySelectorAll(`[data-save="${product}"]`)) button.setAttribute("aria-pressed", saved);
  if (sheet.hasAttribute("data-quiet")) {
    place.replaceChildren();
    return;
  }
  sheet.showModal();
  sheet.addEventListener("close", () => {
    place.replaceChildren();
    opener?.focus();
  });
  sheet.addEventListener("click", (click) => {
    if (click.target === sheet) sheet.close();
  });
});
