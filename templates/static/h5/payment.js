// Paying: opens the channel's sheet once by itself, asks whether the page would be another by now, and then loads it.
// What was paid is never decided here; without a script there are links and buttons for all but WeChat's own sheet.
(() => {
  "use strict";

  // Sheets and pages open by themselves once for each try, so that going back or reloading does not open them again.
  function first(number) {
    const name = `payment-${number}`;
    try {
      if (sessionStorage.getItem(name)) return false;
      sessionStorage.setItem(name, "1");
      return true;
    } catch {
      return false;  // no memory: the button is there
    }
  }

  // The app puts its bridge in when it likes, before or after the page is there.
  function bridge(name, ready, act) {
    if (window[name]) act(window[name]);
    else document.addEventListener(ready, () => act(window[name]), { once: true });
  }

  function sheet(root) {
    const told = document.getElementById("told");
    const known = JSON.parse(root.dataset.inside);
    const left = (outcome) => {
      if (outcome === "ok") {
        const form = document.getElementById("claimed");
        if (form) form.requestSubmit();
        else location.reload();
      } else told.textContent = outcome === "cancel" ? root.dataset.cancelled : root.dataset.failed;
    };
    const open = () => {
      if (root.dataset.channel === "alipay") {
        bridge("AlipayJSBridge", "AlipayJSBridgeReady", (app) => app.call("tradePay", known, ({ resultCode }) => {
          left(["9000", "8000", "6004"].includes(String(resultCode)) ? "ok" : String(resultCode) === "6001" ? "cancel" : "fail");
        }));
      } else {
        bridge("WeixinJSBridge", "WeixinJSBridgeReady", (app) => app.invoke("getBrandWCPayRequest", known, (said) => {
          left(String(said.err_msg).split(":")[1]);
        }));
      }
      setTimeout(() => {
        const there = Boolean(window.WeixinJSBridge || window.AlipayJSBridge);
        document.getElementById("no-bridge").hidden = there;
        told.hidden = !there;
      }, 4000);
    };
    document.getElementById("again").addEventListener("click", open);
    if (first(root.dataset.number)) open();
    else told.textContent = root.dataset.cancelled;
  }

  // Soon at first, then more seldom; a line that is away is tried again.
  function ask(part) {
    const steps = [1000, 1500, 2000, 3000, 5000];
    let tries = 0;
    const later = () => setTimeout(once, steps[Math.min(tries++, steps.length - 1)]);
    const once = async () => {
      if (document.hidden) return later();
      try {
        const answer = await fetch(part.dataset.standing, { headers: { Accept: "application/json" }, cache: "no-store" });
        if (answer.ok && (await answer.json()).mark !== part.dataset.mark) return location.reload();
      } catch { /* the line is away */ }
      return later();
    };
    later();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-standing]").forEach(ask);
    document.querySelectorAll("[data-go]").forEach((way) => { if (way.href && first(way.dataset.go)) location.assign(way.href); });
    const found = document.getElementById("sheet");
    if (found) sheet(found);
  });
})();
