// The desk with the phones on it.
import { get } from "./api.js";
import { make } from "./bubbles.js";
import { Drawers } from "./drawers.js";
import { Screen } from "./screen.js";

const KEPT = "daoyi.sandbox.phones";
const MOST = 4; // a browser holds six connections to one address, and each phone needs one all the time

class Desk {
  constructor() {
    this.shown = [];
    this.known = new Map();
    this.account = "";
    this.title = document.body.dataset.accountTitle;
    this.down = new Set();
    this._front = null;
    this.place = this.place.bind(this);
    document.querySelector('[data-do="add-phone"]').addEventListener("click", () => this.more());
    document.addEventListener("visibilitychange", () => this.look());
    window.addEventListener("online", () => this.look());
    window.addEventListener("offline", () => this.linked(0, false));
    setInterval(() => this.shown.forEach((each) => each.tick()), 5000);
  }

  get front() { return this._front || this.shown[0]; }
  set front(screen) { this._front = screen; }

  async start() {
    try {
      await this.refresh();
    } catch {
      this.linked(0, false);
      setTimeout(() => this.start(), 1500);
      return;
    }
    this.linked(0, true);
    let kept = [];
    try {
      kept = JSON.parse(localStorage.getItem(KEPT) || "[]").filter((number) => this.known.has(number));
    } catch {
      localStorage.removeItem(KEPT);
    }
    if (!kept.length) kept = [...this.known.keys()].slice(0, 2);
    kept.slice(0, MOST).forEach((number) => this.place(this.known.get(number), false));
    this.bring(this.shown[0]);
    new Drawers(this);
  }

  async refresh() {
    const { accounts, phones } = await get("/state");
    this.account = accounts[0]?.name || "";
    this.appId = accounts[0]?.app_id || "";
    this.known = new Map(phones.map((facts) => [facts.number, facts]));
    for (const screen of this.shown) if (this.known.has(screen.number)) screen.known(this.known.get(screen.number));
    this.tabs();
  }

  place(facts, bring = true) {
    if (this.shown.length >= MOST) return this.front.toast(`最多同时放 ${MOST} 部手机`);
    this.known.set(facts.number, facts);
    const screen = new Screen(facts, this);
    this.shown.push(screen);
    document.querySelector(".phones").append(screen.root);
    screen.tick();
    screen.start().catch(() => screen.stream.open());
    this.keep();
    if (bring) this.bring(screen);
    return screen;
  }

  hide(screen) {
    screen.stream.close();
    screen.root.remove();
    this.shown = this.shown.filter((each) => each !== screen);
    this.keep();
    this.bring(this.shown[0]);
  }

  keep() {
    localStorage.setItem(KEPT, JSON.stringify(this.shown.map((each) => each.number)));
    this.tabs();
  }

  screens() { return this.shown; }
  hidden() { return [...this.known.values()].filter((facts) => !this.shown.some((each) => each.number === facts.number)); }
  more() { this.front.sheets.open("add"); }

  bring(screen) {
    this.front = screen;
    screen.waiting = 0;
    for (const each of this.shown) each.root.classList.toggle("front", each === screen);
    screen.root.scrollIntoView({ inline: "nearest", block: "nearest" });
    screen.down(screen.parts.chat);
    this.tabs();
  }

  noticed(screen) {
    if (screen.root.classList.contains("front")) return;
    screen.waiting = (screen.waiting || 0) + 1;
    this.tabs();
  }

  tabs() {
    document.querySelector(".phone-tabs").replaceChildren(...this.shown.map((screen) => {
      const tab = make("button", "", screen.facts.nickname);
      tab.type = "button";
      tab.setAttribute("aria-selected", String(screen.root.classList.contains("front")));
      if (screen.waiting) tab.append(make("b", "badge", String(screen.waiting)));
      tab.onclick = () => this.bring(screen);
      return tab;
    }));
  }

  linked(number, up) {
    if (up) this.down.delete(number);
    else this.down.add(number);
    document.querySelector(".link-state").hidden = !this.down.size;
  }

  // A page in the background gives its connections back: other tabs of the browser need them.
  look() {
    if (navigator.onLine) this.linked(0, true);
    for (const screen of this.shown) {
      if (document.hidden) screen.stream.close();
      else {
        screen.stream.lost = true;
        screen.stream.open();
      }
    }
  }

  async copy(text, screen) {
    try {
      await navigator.clipboard.writeText(text);
      screen?.toast("复制好了");
    } catch {
      screen?.toast(text);
    }
  }
}

new Desk().start();
