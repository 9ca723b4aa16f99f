// [data-picked]: says how many boxes of its form are ticked, and what is still missing.
const bar = document.querySelector("[data-picked]");
const form = bar.closest("form");

function tell() {
  const count = form.querySelectorAll("input[type=checkbox]:checked").length;
  const missing = Number(bar.dataset.least) - count;
  bar.textContent = (missing > 0 ? bar.dataset.more : bar.dataset.picked).replace("{n}", missing > 0 ? missing : count);
}
form.addEventListener("change", tell);
tell();
