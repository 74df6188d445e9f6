"use strict";
// A form that is on its way is not sent again: a double click, or Enter held down. Where the page stays (a part of it
// comes, a file is saved) it may be sent anew when the answer is there, or after a while.
(() => {
  const ON_ITS_WAY = "onItsWay";
  const free = (form) => { delete form.dataset[ON_ITS_WAY]; };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post") return;
    if (ON_ITS_WAY in form.dataset) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset[ON_ITS_WAY] = "";
    setTimeout(() => free(form), 8000);
  }, true);

  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt?.matches?.("form")) free(event.detail.elt); });
  // The way back shows the page as it was left.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-on-its-way]").forEach(free));
})();
