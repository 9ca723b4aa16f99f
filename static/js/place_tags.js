// [data-place-tags]: tap the photo and choose the product; drag a pin, or move it with the arrow keys.
// Everything here fills in and sends the forms that the page has without it. Left is left in every script.
const place = () => document.querySelector("[data-place-tags]");
const clamp = (value) => Math.min(Math.max(value, 0), 100);
let pending = 0;
let focused = "";
// The spot that was tapped: it outlives a search for the product.
let wanted = null;

function spot(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [clamp(((event.clientX - box.left) / box.width) * 100), clamp(((event.clientY - box.top) / box.height) * 100)];
}

function draw(pin, x, y) {
  for (const circle of pin.querySelectorAll("circle")) {
    circle.setAttribute("cx", `${x}%`);
    circle.setAttribute("cy", `${y}%`);
  }
}

function mark() {
  const ring = place()?.querySelector("[data-new]");
  if (!wanted || !ring) return;
  const [x, y] = wanted;
  ring.setAttribute("cx", `${x}%`);
  ring.setAttribute("cy", `${y}%`);
  ring.classList.add("is-shown");
  for (const form of document.querySelectorAll("[data-add-form]")) {
    form.elements.x.value = x.toFixed(2);
    form.elements.y.value = y.toFixed(2);
  }
}

function row(pin) {
  return document.querySelector(`[data-row="${pin.dataset.pin}"]`);
}

function send(pin, x, y) {
  const form = row(pin).querySelector("[data-place-form]");
  form.elements.x.value = x.toFixed(2);
  form.elements.y.value = y.toFixed(2);
  focused = pin.dataset.pin;
  form.requestSubmit();
}

document.addEventListener("pointerdown", (event) => {
  const pin = event.target.closest("[data-place-tags] [data-pin]");
  if (!pin) return;
  event.preventDefault();
  pin.focus();
  const canvas = pin.closest("[data-canvas]");
  let at = null;
  const move = (moved) => {
    at = spot(canvas, moved);
    draw(pin, ...at);
  };
  const end = () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    if (at) send(pin, ...at);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
});

document.addEventListener("click", (event) => {
  const canvas = event.target.closest("[data-place-tags] [data-canvas]");
  if (!canvas || event.target.closest("[data-pin]")) return;
  wanted = spot(canvas, event);
  mark();
  document.body.dispatchEvent(new CustomEvent("say", { detail: { text: place().dataset.chosen, undo: "" } }));
  document.getElementById("find")?.scrollIntoView({ block: "center" });
});

document.addEventListener("keydown", (event) => {
  const pin = event.target.closest?.("[data-place-tags] [data-pin]");
  if (!pin) return;
  if (event.key === "Delete") {
    row(pin).querySelector("[data-drop-form]").requestSubmit();
    return;
  }
  const step = event.shiftKey ? 5 : 1;
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  const circle = pin.querySelector("circle");
  let [x, y] = [parseFloat(circle.getAttribute("cx")), parseFloat(circle.getAttribute("cy"))];
  if (event.key === "Home") [x, y] = [50, 50];
  else if (moves[event.key]) [x, y] = [clamp(x + moves[event.key][0]), clamp(y + moves[event.key][1])];
  else return;
  event.preventDefault();
  draw(pin, x, y);
  clearTimeout(pending);
  pending = setTimeout(() => send(pin, x, y), 500);
});

function ready() {
  const hint = place()?.querySelector("[data-hint]");
  if (hint) hint.hidden = false;
  if (focused) document.querySelector(`[data-place-tags] [data-pin="${focused}"]`)?.focus();
  focused = "";
  if (place()?.dataset.said) document.getElementById("say").textContent = place().dataset.said;
  mark();
}
ready();
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches?.("[data-add-form]")) wanted = null;
});
document.body.addEventListener("htmx:afterSettle", ready);
