// #more: whoever pressed "Load more" reads on at the first post that came. What comes by itself leaves the focus where it is.
let last = null;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const more = event.detail.target;
  last = more.id === "more" && more.contains(document.activeElement) ? more.previousElementSibling : null;
});
document.body.addEventListener("htmx:afterSwap", () => {
  last?.nextElementSibling?.querySelector("a")?.focus();
  last = null;
});
