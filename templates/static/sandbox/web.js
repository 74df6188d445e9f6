// The browser inside the phone. Pages of the hospital are opened below /sandbox/phone/<n>/, where each phone has
// cookies of its own, so that two patients side by side are two sessions.
import { make } from "./bubbles.js";
import { bridge } from "./pay.js";

const BASE = document.querySelector('meta[name="daoyi-base"]').content;

export class Web {
  constructor(screen) {
    this.screen = screen;
    this.root = screen.part(".web");
    this.prefix = `/sandbox/phone/${screen.number}`;
    this.trail = [];
    this.frame = null;
    this.focused = null;
    this.root.addEventListener("click", (event) => this.clicked(event.target.closest("[data-do]")?.dataset.do));
  }

  get shown() { return !this.root.hidden; }

  open(address) {
    this.screen.closeMenus();
    this.root.hidden = false;
    this.trail = [];
    this.focused = null;
    let url;
    try {
      url = new URL(address, BASE);
    } catch {
      return this.note(`这个地址打不开：${address}`);
    }
    if (![location.host, new URL(BASE).host].includes(url.host)) return this.note(`这是外面的网页，演练里不打开：${url.href}`);
    this.frame = make("iframe");
    this.frame.title = "网页";
    this.frame.addEventListener("load", () => this.loaded());
    this.frame.src = this.prefix + url.pathname + url.search + url.hash;
    this.root.querySelector(".frame").replaceChildren(this.frame);
    this.busy(true);
  }

  note(text) {
    this.frame = null;
    this.root.querySelector("h2").textContent = "网页";
    this.root.querySelector(".frame").replaceChildren(make("p", "", text));
  }

  get inner() {
    try {
      return this.frame?.contentDocument ? this.frame.contentWindow : null;
    } catch {
      return null;
    }
  }

  loaded() {
    this.busy(false);
    const inner = this.inner;
    if (!inner || inner.location.href === "about:blank") return;
    const { document: page, location: place } = inner;
    this.root.querySelector("h2").textContent = page.title || "网页";
    if (this.trail[this.trail.length - 1] !== place.href) this.trail.push(place.href);
    this.backButton();
    this.focused = null;
    page.addEventListener("focusin", (event) => {
      this.screen.desk.front = this.screen;
      if (event.target.matches("input, textarea")) this.focused = event.target;
    });
    inner.addEventListener("pagehide", () => this.busy(true));
    bridge(inner, this.screen.pay);
    if (place.pathname.endsWith("/sandbox/play/wechat-pay/mweb")) this.payHere("wechat", place);
    if (place.pathname.endsWith("/sandbox/play/alipay-pay/gateway.do")) this.payHere("alipay", place);
  }

  // A browser came to a channel's own page: its app opens, and afterwards the browser goes on to where it was told.
  payHere(channel, place) {
    const back = new URLSearchParams(place.search).get(channel === "wechat" ? "redirect_url" : "return_url");
    this.screen.pay.open({ channel, page: place.href }, () => {
      if (back) this.open(back);
      else this.inner?.history.back();
    });
  }

  busy(on) { this.root.querySelector(".bar").hidden = !on; }

  backButton() { this.root.querySelector('[data-do="web-back"]').hidden = this.trail.length < 2; }

  // Where a value may be filled in: a field by its name, the one the patient was in, or none.
  field(name) {
    if (!this.shown || !this.inner) return null;
    const named = name && this.inner.document.querySelector(`input[name="${name}"]`);
    return named || (this.focused?.isConnected ? this.focused : null);
  }

  // The address as the patient's own browser would have it.
  get address() {
    const place = this.inner?.location;
    return place ? BASE + place.pathname.replace(this.prefix, "") + place.search : "";
  }

  close() {
    this.root.hidden = true;
    this.root.querySelector(".frame").replaceChildren();
    this.frame = null;
  }

  clicked(what) {
    if (what === "web-close") this.close();
    if (what === "web-more") this.screen.sheets.open("web");
    if (what === "web-back" && this.trail.length > 1) {
      this.trail.pop();
      this.inner?.location.replace(this.trail[this.trail.length - 1]);
      this.backButton();
    }
  }
}
