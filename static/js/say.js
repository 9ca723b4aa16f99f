// Announces what happened: a live region for everyone, a toast with undo for those who look.
const say = document.getElementById("say");
const alertRegion = document.getElementById("alert");
const toasts = document.getElementById("toasts");
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

function announce(region, text) {
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}

function undoForm(url, label) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = csrf();
  const button = document.createElement("button");
  button.textContent = label;
  form.append(token, button);
  return form;
}

function toast(text, undo, undoLabel) {
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.textContent = toasts.dataset.close;
  close.addEventListener("click", () => box.remove());
  box.append(words);
  if (undo) box.append(undoForm(undo, undoLabel || toasts.dataset.undo));
  box.append(close);
  while (toasts.children.length > 2) toasts.firstElementChild.remove();
  toasts.append(box);
  let timer = setTimeout(() => box.remove(), 10000);
  const hold = () => clearTimeout(timer);
  const release = () => {
    timer = setTimeout(() => box.remove(), 10000);
  };
  box.addEventListener("mouseenter", hold);
  box.addEventListener("mouseleave", release);
  box.addEventListener("focusin", hold);
  box.addEventListener("focusout", release);
}

// While a dialog is open nothing outside it can be pressed: the toasts stand inside, and come back before it goes.
function seat() {
  (document.querySelector("dialog[open]") || document.body).append(toasts);
}
document.body.addEventListener("htmx:beforeSwap", () => document.body.append(toasts));
document.body.addEventListener("htmx:afterSettle", seat);
document.addEventListener("close", () => document.body.append(toasts), { capture: true });

document.body.addEventListener("say", (event) => {
  const { text, undo, undoLabel } = event.detail;
  announce(say, text);
  toast(text, undo, undoLabel);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && toasts.lastElementChild) toasts.lastElementChild.remove();
});
document.body.addEventListener("htmx:sendError", () => {
  announce(alertRegion, toasts.dataset.offline);
  toast(toasts.dataset.offline);
});
document.body.addEventListener("htmx:responseError", (event) => {
  const text = event.detail.xhr.status === 429 ? toasts.dataset.tooMany : toasts.dataset.broken;
  announce(alertRegion, text);
  toast(text);
});
// A form that came back with errors: the summary takes the focus.
document.querySelector("[data-focus]")?.focus();
document.body.addEventListener("htmx:afterSwap", (event) => {
  event.detail.target.parentElement?.querySelector("[data-focus]")?.focus();
});
