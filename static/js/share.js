// [data-share]: the system's share sheet where there is one, else the address is copied and the button says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share], [data-copy]");
  if (!button) return;
  event.preventDefault();
  const url = new URL(button.dataset.share || button.dataset.copy || location.href, location.href).href;
  if (button.hasAttribute("data-share") && navigator.share) {
    try {
      await navigator.share({ title: document.title, url });
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
    return;
  }
  await navigator.clipboard.writeText(url);
  const text = button.dataset.copied;
  document.body.dispatchEvent(new CustomEvent("say", { detail: { text, undo: "" } }));
});
