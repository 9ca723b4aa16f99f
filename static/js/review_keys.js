// Single keys at the reviewers' desk: J and K change the case, A, D, M and N open a form, U goes to Undo, E to the evidence, ? to the list.
// They work only while the focus is inside the case and nobody types. No key decides on its own: Enter does.
const region = document.querySelector("[data-review-keys]");
const control = document.querySelector("[data-keys-switch]");
const title = document.querySelector("[data-review-title]");
const news = document.querySelector("main [role=status]");
const say = document.getElementById("say");
const NAME = "review-keys";

function open(target) {
  target.open = true;
  const first = "select, textarea, input:not([type=hidden]), button, summary";
  const place = target.querySelector("[data-key-focus]") || target.querySelector(`form :is(${first})`) || target.querySelector("summary");
  place.focus();
  place.scrollIntoView({ block: "nearest" });
}

if (region) {
  if (control) {
    control.checked = localStorage.getItem(NAME) !== "off";
    control.addEventListener("change", () => localStorage.setItem(NAME, control.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || !region.contains(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (localStorage.getItem(NAME) === "off") return;
    const targets = [...region.querySelectorAll(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)];
    if (!targets.length) return;
    event.preventDefault();
    // Of several, such as the evidence of each account, the one after that which is focused.
    const target = targets[(targets.indexOf(document.activeElement) + 1) % targets.length];
    if (target.tagName === "DETAILS") open(target);
    else if (target.tagName === "A" && !target.classList.contains("evidence")) target.click();
    else target.focus();
  });
  // The next case begins at its heading, and what was done before is said.
  if (location.hash === "#case" && !document.querySelector("[data-focus]")) title.focus();
  if (news && say) {
    setTimeout(() => {
      say.textContent = `${news.textContent.trim().replace(/\s+/g, " ")} ${title.textContent}`;
    }, 200);
  }
}
