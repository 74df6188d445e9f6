"use strict";
// Keyboard first: J K Enter on lists, F2 to a person, / to the filter, ? for help. Never while somebody types.
(() => {
  const typing = (at) => at.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr[tabindex]")];
  const dialogOpen = () => document.querySelector("dialog[open]") !== null;

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const from = at < 0 ? all.findIndex((row) => row.classList.contains("open")) : at;
    const to = from < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, from + by));
    all[to].focus();
    all[to].scrollIntoView({ block: "nearest" });
  }

  function closeBeside() {
    const beside = document.getElementById("beside");
    if (!beside || !beside.firstElementChild) return false;
    beside.replaceChildren();
    const row = document.querySelector("tr.open");
    if (row) { row.classList.remove("open"); row.focus(); }
    const here = new URL(location.href);
    here.searchParams.delete("open");
    history.replaceState(null, "", here);
    return true;
  }

  function help() { document.getElementById("help")?.showModal(); }
  const press = (selector) => document.querySelector(selector)?.click();

  document.addEventListener("keydown", (event) => {
    if (event.key === "F2") {
      const find = document.getElementById("find") || document.querySelector("[data-filter]");
      if (find) { event.preventDefault(); find.focus(); find.select(); }
      return;
    }
    if (event.key === "Escape" && !dialogOpen()) {
      const found = document.getElementById("found");
      if (found?.firstElementChild) found.replaceChildren();
      else if (typing(event.target)) event.target.blur();
      else closeBeside();
      return;
    }
    if (typing(event.target) || event.ctrlKey || event.altKey || event.metaKey || dialogOpen()) return;
    const acts = {
      j: () => step(1), k: () => step(-1), "?": help, "[": () => press("a[rel=prev]"), "]": () => press("a[rel=next]"),
      "/": () => document.querySelector("[data-filter]")?.focus(),
    };
    const at = document.activeElement;
    if (event.key === "Enter" && at?.matches("tr.opens")) at.click();
    else if (event.key === "Enter" && at?.matches("tr[tabindex]")) at.querySelector("a")?.click();
    else if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) help();
    const close = event.target.closest("[data-close]");
    if (close && closeBeside()) event.preventDefault();
    const row = event.target.closest("tr.opens");
    if (row) {
      for (const other of rows()) other.classList.toggle("open", other === row);
    }
    for (const menu of document.querySelectorAll("details.menu[open], details.me[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    if (!event.target.closest("#found, .top-find")) document.getElementById("found")?.replaceChildren();
  });

  // On a phone what opens stands above the list: to it, wherever in the list one was.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "beside" && matchMedia("(max-width: 700px)").matches) event.target.scrollIntoView();
    if (event.target.matches(".kept")) event.target.parentElement.querySelector("form")?.reset();
  });

  // A session that ended while nobody looked must not leave a patient's data on the screen.
  const idle = Number(document.body?.dataset.idle || 0) * 60000;
  let last = Date.now();
  for (const kind of ["keydown", "pointerdown", "htmx:afterRequest"]) document.addEventListener(kind, () => { last = Date.now(); });
  if (idle) setInterval(() => { if (Date.now() - last > idle + 5000) location.reload(); }, 15000);
})();
