// What pages do beyond plain forms. Everything here is a convenience: without it the forms work as well.
(() => {
  "use strict";

  // A button that may be pressed again in so many seconds: <button data-seconds="60" data-label="发送验证码">
  function count(button) {
    let left = Number(button.dataset.seconds);
    if (!left || button.dataset.counting) return;
    button.dataset.counting = "yes";
    const until = Date.now() + left * 1000;
    const tick = () => {
      left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? (button.dataset.waiting || "{} 秒").replace("{}", left) : button.dataset.label;
      if (left > 0 && button.isConnected) setTimeout(tick, 500);
    };
    tick();
  }

  // Parts that only matter for some answers: <div data-when="document_type" data-is="passport officer">
  function follow(form) {
    for (const part of form.querySelectorAll("[data-when]")) {
      const field = form.elements[part.dataset.when];
      const shown = field && part.dataset.is.split(" ").includes(field.value);
      part.hidden = !shown;
      for (const input of part.querySelectorAll("input, select")) input.disabled = !shown;
    }
  }

  function prepare(root) {
    root.querySelectorAll("[data-seconds]").forEach(count);
    root.querySelectorAll("form").forEach(follow);
  }

  // What is being put right is no longer called wrong.
  document.addEventListener("input", (event) => {
    const field = event.target.closest(".field, .consent");
    field?.querySelectorAll(".problem").forEach((problem) => { problem.hidden = true; });
    event.target.removeAttribute("aria-invalid");
  });
  document.addEventListener("change", (event) => event.target.form && follow(event.target.form));
  document.addEventListener("htmx:afterSwap", () => prepare(document));
  // A part that could not be had is said at the foot of the page, and what stands there stays.
  document.addEventListener("htmx:responseError", (event) => {
    const said = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").querySelector('[role="alert"]');
    if (said) tell(said.textContent);
  });
  document.addEventListener("daoyi:fault", (event) => tell(event.detail));
  function tell(text) {
    document.querySelector(".part-fault")?.remove();
    const told = Object.assign(document.createElement("p"), { className: "part-fault", textContent: text });
    told.setAttribute("role", "alert");
    document.body.append(told);
    setTimeout(() => told.remove(), 6000);
  }
  // A second tap on a slow line must not send the form twice.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const buttons = [...document.querySelectorAll(`button[form="${event.target.id}"]`), ...event.target.querySelectorAll("button")];
    setTimeout(() => buttons.forEach((button) => { button.disabled = true; }), 0);
    setTimeout(() => buttons.forEach((button) => { button.disabled = Boolean(button.dataset.counting) && button.disabled; }), 8000);
    going();
  });
  // On a slow line one sees that the tap was heard. What stays on this page takes the line away again.
  let late;
  function going() {
    clearTimeout(late);
    late = setTimeout(() => {
      document.body.classList.add("going");
      late = setTimeout(arrived, 20000);
    }, 250);
  }
  function arrived() {
    clearTimeout(late);
    document.body.classList.remove("going");
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || link.hasAttribute("download") || link.hasAttribute("hx-get")) return;
    if (link.origin === location.origin && !link.getAttribute("href").startsWith("#")) going();
  });
  window.addEventListener("pageshow", arrived);
  document.addEventListener("htmx:afterRequest", arrived);
  // Back from the browser's memory: buttons that were switched off are of use again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  });
  document.addEventListener("DOMContentLoaded", () => {
    prepare(document);
    document.querySelector('[aria-invalid="true"]')?.focus();
  });
})();
