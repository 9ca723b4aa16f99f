// [data-spark]: a Spark that was half on the screen for a second was seen. Told in handfuls; each counts once a day.
const waiting = new Set();
const told = new Set();
let timer = 0;

function tell() {
  timer = 0;
  if (!waiting.size) return;
  const body = new FormData();
  for (const code of waiting) {
    body.append("code", code);
    told.add(code);
  }
  waiting.clear();
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  fetch("/sparks/seen", { method: "POST", body, headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => {});
}

const timers = new WeakMap();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const code = target.dataset.spark;
      if (!isIntersecting) {
        clearTimeout(timers.get(target));
      } else if (!told.has(code)) {
        timers.set(target, setTimeout(() => {
          waiting.add(code);
          watcher.unobserve(target);
          timer ||= setTimeout(tell, 2000);
        }, 1000));
      }
    }
  },
  { threshold: 0.5 }
);
const watch = () => {
  for (const card of document.querySelectorAll("[data-spark]:not([data-watched])")) {
    card.dataset.watched = "";
    watcher.observe(card);
  }
};
watch();
document.body.addEventListener("htmx:load", watch);
addEventListener("pagehide", tell);
