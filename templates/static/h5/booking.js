// What booking's pages do beyond plain links and forms.
(() => {
  "use strict";

  // How long a slot is still kept. The server said how many seconds are left; the phone's own clock may be wrong, so
  // only the time since then is measured here. At the end the server is asked again: it alone decides.
  function count(face) {
    const until = performance.now() + Number(face.dataset.left) * 1000;
    const tick = () => {
      const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      face.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      face.classList.toggle("clock-late", left <= 60);
      if (left > 0) setTimeout(tick, 500);
      else setTimeout(() => location.reload(), 1500);
    };
    tick();
  }

  // The chosen day or department of a row that scrolls sideways is in sight, without moving the page.
  function show(row) {
    const chosen = row.querySelector("[aria-current]");
    if (chosen) row.scrollLeft = chosen.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-left]").forEach(count);
    document.querySelectorAll(".strip, .picks").forEach(show);
  });
  // Back from the browser's memory: what is free, and how long a slot is kept, has changed meanwhile. A search that
  // is still in its field is made again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
    const field = document.querySelector(".find-field[name=q]");
    if (field && field.value && document.querySelector("#results:empty") && window.htmx) window.htmx.trigger(field, "search");
  });
})();
