"use strict";
// The grid by arrow keys; the usual hours of a half day; filters that go at once.
(() => {
  const seats = (cell) => [...cell.querySelectorAll("a.seat, a.plus")];

  // From one cell to the next that has something to open; inside a cell one after the other.
  function move(at, right, down) {
    const cell = at.closest("td");
    const inside = seats(cell);
    const next = inside[inside.indexOf(at) + right];
    if (right && next) return next;
    const rows = [...cell.closest("table").querySelectorAll("tbody tr:not(.group)")];
    let row = rows.indexOf(cell.parentElement);
    let column = cell.cellIndex;
    for (let steps = 0; steps < 400; steps += 1) {
      row += down;
      column += right;
      const there = rows[row]?.cells[column];
      if (!there || there.tagName !== "TD") return null;
      const found = seats(there);
      if (found.length) return right < 0 ? found[found.length - 1] : found[0];
    }
    return null;
  }

  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  document.addEventListener("keydown", (event) => {
    const at = event.target.closest("[data-grid] a.seat, [data-grid] a.plus");
    if (event.ctrlKey || event.altKey || event.metaKey || !ways[event.key]) return;
    const first = document.activeElement === document.body && document.querySelector("[data-grid] a.seat, [data-grid] a.plus");
    const to = at ? move(at, ...ways[event.key]) : first;
    if (!to) return;
    event.preventDefault();
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("select[data-go]")) {
      if (field.name === "department") field.form.elements.clinic.value = "";
      field.form.submit();
    }
    if (field.matches("select[data-usual]")) {
      const [starts, ends] = JSON.parse(field.dataset.usual)[field.value];
      field.form.elements.starts.value = starts;
      field.form.elements.ends.value = ends;
    }
  });
})();
