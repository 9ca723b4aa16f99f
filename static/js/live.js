// [data-stream]: that new Sparks came is heard at once over server-sent events. The page then asks how many of them are for its reader.
// While nothing can be heard it asks every half minute, as it does without this file. A hidden page neither hears nor asks.
const ALL_THE_SAME = 120000; // A word may be lost.
const HEAR_AGAIN = 60000;
const GAP = 10000;
const box = () => document.getElementById("arrivals");
let stream = null;
let hears = false;
let wasDeaf = false;
let askedAt = 0;
let timer = 0;

function askSoon() {
  // Not every open page in the same moment.
  timer ||= setTimeout(() => {
    timer = 0;
    if (box()) htmx.trigger(box(), "ask");
  }, Math.max(Math.random() * 2000, askedAt + GAP - Date.now()));
}

function close() {
  stream?.close();
  stream = null;
  hears = false;
}

function open() {
  if (stream || document.hidden || !box()) return;
  stream = new EventSource(box().dataset.stream);
  stream.addEventListener("open", () => {
    hears = true;
    if (wasDeaf) askSoon();
    wasDeaf = false;
  });
  stream.addEventListener("new", askSoon);
  stream.addEventListener("error", () => {
    hears = false;
    wasDeaf = true;
    // Refused: the browser does not come back by itself.
    if (stream?.readyState === EventSource.CLOSED) {
      close();
      setTimeout(open, HEAR_AGAIN * (1 + Math.random()));
    }
  });
}

if (box()?.dataset.stream) {
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id !== "arrivals") return;
    const isAsked = event.detail.requestConfig.triggeringEvent?.type === "ask";
    if (!isAsked && (document.hidden || (hears && Date.now() - askedAt < ALL_THE_SAME))) event.preventDefault();
    else askedAt = Date.now();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      close();
    } else {
      wasDeaf = true;
      open();
    }
  });
  open();
}
