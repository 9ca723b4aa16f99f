// Single keys at the reviewer's desk: J and K change the case, A, D and M open a form. No key decides on its own.
const region = document.querySelector("[data-review-keys]");
const control = document.querySelector("[data-keys-switch]");
const NAME = "review-keys";

if (region) {
  if (control) {
    control.checked = localStorage.getItem(NAME) !== "off";
    control.addEventListener("change", () => localStorage.setItem(NAME, control.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const inside = event.target === document.body || event.target.id === "main" || region.contains(event.target);
    if (typing || !inside || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(NAME) === "off") return;
    const target = region.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "DETAILS") {
      target.open = true;
      target.querySelector("select, textarea, button")?.focus();
    } else {
      target.click();
    }
  });
}
