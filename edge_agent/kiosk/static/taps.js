// One tap, one answer: where choosing an option already goes on, the second tap of a double tap would fall on
// the next page's option at the same place, and a key held down would answer page after page.
const SETTLE_MS = 400;

/** `html[data-settled]` is "no" until a tap counts, then "yes". */
export function settleTaps() {
  const page = document.documentElement;
  page.dataset.settled = "no";
  setTimeout(() => { page.dataset.settled = "yes"; }, SETTLE_MS);
  document.addEventListener("click", (event) => {
    const byPointer = event.detail > 0;
    if (!byPointer || page.dataset.settled === "yes" || !event.target.closest("button.option")) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
  document.addEventListener("keydown", (event) => {
    if (!event.repeat || !/^[0-9]$/.test(event.key) || event.target.matches("textarea, input")) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
}
