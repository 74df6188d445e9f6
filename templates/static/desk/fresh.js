"use strict";
// A page marked data-fresh="seconds" looks for news by itself. Rows that are there change where they stand; what came or
// went is only told, so that nothing moves under whoever reads. It keeps no session alive: X-Refresh says who asks.
(() => {
  const box = document.querySelector("[data-fresh]");
  if (!box) return;
  const busy = (at) => at.contains(document.activeElement) || at.querySelector("details[open]") !== null;
  let asking = false;

  function put(from, to) {
    if (!from || from.innerHTML === to.innerHTML || busy(to)) return;
    to.innerHTML = from.innerHTML;
    htmx.process(to);
  }

  function swap(page) {
    for (const part of document.querySelectorAll("[data-part]")) put(page.querySelector(`[data-part="${part.dataset.part}"]`), part);
    const known = new Map([...document.querySelectorAll("[data-rows] tr[data-key]")].map((row) => [row.dataset.key, row]));
    const found = [...page.querySelectorAll("[data-rows] tr[data-key]")];
    for (const row of found) {
      const mine = known.get(row.dataset.key);
      if (!mine || mine.cells.length !== row.cells.length) continue;
      [...row.cells].forEach((cell, at) => { if (mine.cells[at].innerHTML !== cell.innerHTML) put(cell, mine.cells[at]); });
    }
    const here = new Set(found.map((row) => row.dataset.key));
    const differs = found.some((row) => !known.has(row.dataset.key)) || [...known.keys()].some((key) => !here.has(key));
    for (const foot of document.querySelectorAll("[data-rows] tfoot")) put(page.querySelector("[data-rows] tfoot"), foot);
    for (const note of document.querySelectorAll("[data-news]")) {
      note.hidden = !differs;
      note.querySelector("a").href = location.href;
    }
  }

  async function look() {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Refresh": "1" }, signal: AbortSignal.timeout(10000) });
      if (answer.redirected) return location.reload();
      if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the next round asks again */ } finally { asking = false; }
  }

  setInterval(look, Number(box.dataset.fresh) * 1000);
  window.addEventListener("focus", look);
  // What was done beside the list shows in its row at once.
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.requestConfig.verb === "post") look(); });
  document.addEventListener("visibilitychange", look);
})();
