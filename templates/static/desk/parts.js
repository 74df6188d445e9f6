"use strict";
// Alpine's parts of the desk's pages (its CSP build: names only, no code in attributes).
document.addEventListener("alpine:init", () => {
  // Which columns a list shows: the ticks written as one word of the address.
  Alpine.data("columns", () => ({
    change() {
      const ticked = [...this.$root.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
      this.$refs.cols.value = ticked.join(",");
    },
  }));

  // The matrix lights up the column that the pointer stands in.
  Alpine.data("matrix", () => ({
    over(event) {
      const cell = event.target.closest("td");
      const at = cell ? cell.cellIndex : -1;
      for (const each of this.$root.querySelectorAll(".lit")) each.classList.remove("lit");
      if (at < 1) return;
      for (const row of this.$root.rows) if (row.cells.length > 1) row.cells[at]?.classList.add("lit");
    },
  }));

  // Of the doctors those of the clinic that is chosen.
  Alpine.data("doctors", () => ({
    init() { this.narrow(); },
    narrow() {
      const { clinic, doctor } = this.$refs;
      for (const each of doctor.options) {
        each.hidden = each.disabled = Boolean(each.value) && !each.dataset.clinics.split(" ").includes(clinic.value);
      }
      if (doctor.selectedOptions[0]?.disabled) doctor.value = "";
    },
  }));

  // Whom a new roster hits: all of them keep their time.
  Alpine.data("decisions", () => ({
    keep() {
      for (const each of this.$root.querySelectorAll("input[type=radio][value=keep]")) each.checked = true;
    },
    // A session is stopped for all of its patients, or for none.
    same(event) {
      const session = event.target.dataset.session;
      if (!session) return;
      const value = event.target.value;
      for (const each of this.$root.querySelectorAll("input[type=radio]")) {
        if (each.dataset.session === session && each.value === value) each.checked = true;
      }
    },
  }));
});
