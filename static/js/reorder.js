// <ol data-reorder="URL">: rows with data-id are dragged by [data-handle] (mouse at once, touch after a hold).
// The up and down buttons in each row are plain submit buttons and work without this file.
const HOLD = 250;

function rows(list) {
  return [...list.children].filter((row) => row.dataset.id);
}

async function save(list, row) {
  const body = new FormData();
  for (const item of rows(list)) body.append("order", item.dataset.id);
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const headers = { "X-CSRFToken": token, "HX-Request": "true" };
  const answer = await fetch(list.dataset.reorder, { method: "POST", body, headers });
  if (!answer.ok) {
    location.reload();
    return;
  }
  const place = rows(list).indexOf(row) + 1;
  const text = list.dataset.moved.replace("{place}", place).replace("{count}", rows(list).length);
  document.body.dispatchEvent(new CustomEvent("say", { detail: { text, undo: "" } }));
  row.classList.add("just-moved");
  setTimeout(() => row.classList.remove("just-moved"), 600);
}

function drag(list, row, start) {
  row.classList.add("dragging");
  const before = rows(list).map((item) => item.dataset.id).join();
  const move = (event) => {
    event.preventDefault();
    const edge = 80;
    if (event.clientY < edge) scrollBy(0, -12);
    if (event.clientY > innerHeight - edge) scrollBy(0, 12);
    const over = rows(list).find((item) => {
      const box = item.getBoundingClientRect();
      return item !== row && event.clientY > box.top && event.clientY < box.bottom;
    });
    if (!over) return;
    const down = row.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
    list.insertBefore(row, down ? over.nextSibling : over);
  };
  const end = () => {
    row.classList.remove("dragging");
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    removeEventListener("touchmove", still);
    if (rows(list).map((item) => item.dataset.id).join() !== before) save(list, row);
  };
  const still = (event) => event.preventDefault();
  addEventListener("pointermove", move, { passive: false });
  addEventListener("touchmove", still, { passive: false });
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
  move(start);
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-handle]");
  const list = handle?.closest("[data-reorder]");
  if (!list) return;
  const row = handle.closest("[data-id]");
  if (event.pointerType === "mouse") {
    event.preventDefault();
    drag(list, row, event);
    return;
  }
  const timer = setTimeout(() => drag(list, row, event), HOLD);
  const cancel = () => clearTimeout(timer);
  addEventListener("pointerup", cancel, { once: true });
  addEventListener("pointercancel", cancel, { once: true });
});
