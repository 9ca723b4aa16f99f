// [data-cases]: J and K go to the next and the previous [data-case]; other keys press the [data-key] button of the case
// that is focused, or of the first. Off while one types, and by the switch, which this device remembers.
const desk = document.querySelector("[data-cases]");
const control = document.querySelector("[data-keys-switch]");
const NAME = "case-keys";

function press(event) {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(NAME) === "off") return;
  const cases = [...desk.querySelectorAll("[data-case]")];
  const here = cases.indexOf(document.activeElement?.closest("[data-case]"));
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    const next = cases[Math.min(Math.max(here + (key === "j" ? 1 : -1), 0), cases.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    event.preventDefault();
    return;
  }
  const target = cases[Math.max(here, 0)]?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
}

if (desk) {
  if (control) {
    control.checked = localStorage.getItem(NAME) !== "off";
    control.addEventListener("change", () => localStorage.setItem(NAME, control.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", press);
}
