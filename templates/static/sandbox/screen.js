// One phone: its chat, its text messages, the page it has open.
import { Failed, Stream, get, post, upload } from "./api.js";
import { clock, line, make, timeLine } from "./bubbles.js";
import { Pay } from "./pay.js";
import { Web } from "./web.js";
import { Sheets } from "./sheets.js";

const GAP = 5 * 60 * 1000;
const BANNER = 9000;
const CODE = /(?<!\d)\d{4,6}(?!\d)/;
const TROUBLE = { not_following: "要先关注公众号", away: "没发出去：连接断开了", sandbox_away: "没发出去：沙箱没有应答", empty_text: "还没有写字" };

export class Screen {
  constructor(known, desk) {
    this.desk = desk;
    this.root = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.part = (selector) => this.root.querySelector(selector);
    this.parts = { chat: this.part(".chat .talk"), texts: this.part(".texts .talk"), text: this.part(".chat textarea"), menu: this.part(".menu") };
    this.seen = { chat: 0, texts: 0 };
    this.unread = 0;
    this.pending = 0;
    this.fresh = true;
    this.number = known.number;
    this.root.dataset.number = known.number;
    this.pay = new Pay(this);
    this.web = new Web(this);
    this.sheets = new Sheets(this);
    this.act = { say: (text, id) => this.say(text, id), open: (address) => this.web.open(address), face: "" };
    this.known(known);
    this.listen();
    this.stream = new Stream(this.number, {
      arrived: (entry) => this.arrived(entry),
      linked: (up) => desk.linked(this.number, up),
      restarted: (entries) => this.restarted(entries),
    });
  }

  known(facts) {
    this.facts = facts;
    this.seat = facts.accounts[this.desk.account] || { following: false };
    this.act.face = facts.nickname.slice(-2);
    this.part(".owner strong").textContent = facts.nickname;
    this.part(".owner span").textContent = facts.mobile;
    this.root.setAttribute("aria-label", facts.nickname);
    this.part('.plus [data-do="follow"] span').textContent = this.seat.following ? "取消关注" : "关注";
    this.part('.account [data-do="follow"]').textContent = this.seat.following ? "不再关注" : "关注公众号";
    this.part('.account [data-do="follow"]').className = this.seat.following ? "wide" : "primary";
    this.title();
  }

  title() {
    const name = this.desk.title;
    this.part(".chat h2").textContent = this.pending ? "对方正在输入…" : name;
    this.part(".account strong").textContent = name;
  }

  async start() {
    const { entries } = await get(`/phones/${this.number}/history`);
    this.restarted(entries);
    this.stream.last = entries.length ? entries[entries.length - 1].id : 0;
    this.stream.open();
  }

  // What is there already is shown without banners; a phone that has never been used follows by itself.
  restarted(entries) {
    for (const talk of [this.parts.chat, this.parts.texts]) talk.replaceChildren();
    this.seen = { chat: 0, texts: 0 };
    this.fresh = false;
    entries.forEach((entry) => this.arrived(entry));
    this.fresh = true;
    this.stream.last = entries.length ? entries[entries.length - 1].id : 0;
    this.loadMenu();
    if (!entries.length) this.desk.refresh().then(() => this.seat.following || this.happen("subscribe"));
  }

  arrived(entry) {
    // The phone's own code was scanned, and the password is asked for; what was asked long ago is over.
    if (entry.way === "pay") return this.fresh && this.pay.asked(entry);
    const sms = entry.way === "sms" || entry.way === "sms_sent";
    const place = sms ? "texts" : "chat";
    const talk = this.parts[place];
    const low = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 120;
    const at = new Date(entry.at);
    if (at - this.seen[place] > GAP) talk.append(timeLine(at));
    this.seen[place] = at.getTime();
    const row = line(entry, this.act);
    row.dataset.way = entry.way;
    talk.append(row);
    if (low || entry.way === "sent" || !this.fresh) this.down(talk);
    talk.querySelectorAll("img").forEach((image) => { image.onload = () => this.down(talk); });
    if (!this.fresh) return;
    if (entry.way === "sms") this.banner(entry.text);
    if (entry.way !== "sent" && entry.way !== "event") this.desk.noticed(this);
    if (entry.way === "event" && ["subscribe", "unsubscribe", "scan"].includes(entry.type)) {
      this.desk.refresh();
      this.loadMenu();
    }
  }

  down(talk) {
    requestAnimationFrame(() => { talk.scrollTop = talk.scrollHeight; });
  }

  async loadMenu() {
    const { button = [] } = await get(`/phones/${this.number}/menu`).catch(() => ({}));
    const appears = this.parts.menu.hidden && button.length > 0;
    this.parts.menu.hidden = !button.length;
    this.parts.menu.replaceChildren(...button.map((each) => this.menuButton(each)));
    // It takes room from the chat: what was at its foot must stay in sight.
    if (appears) this.down(this.parts.chat);
  }

  menuButton(each) {
    const found = make("div");
    const below = each.sub_button || [];
    const button = make("button", below.length ? "more" : "", each.name);
    button.type = "button";
    found.append(button);
    if (!below.length) button.onclick = () => this.tapped(each);
    else {
      const list = make("ul");
      list.hidden = true;
      button.onclick = () => {
        const open = list.hidden;
        this.closeMenus();
        list.hidden = !open;
      };
      list.append(...below.map((one) => {
        const row = make("li");
        const inner = make("button", "", one.name);
        inner.type = "button";
        inner.onclick = () => { this.closeMenus(); this.tapped(one); };
        row.append(inner);
        return row;
      }));
      found.append(list);
    }
    return found;
  }

  closeMenus() {
    this.parts.menu.querySelectorAll("ul").forEach((list) => { list.hidden = true; });
  }

  tapped(button) {
    if (button.type === "click") this.happen("CLICK", { EventKey: button.key, label: button.name });
    else {
      this.happen("VIEW", { EventKey: button.url });
      this.web.open(button.url);
    }
  }

  say(text, menuId = "") {
    if (!text.trim()) return;
    this.send({ text, ...(menuId ? { menu_id: menuId } : {}) }).then((sent) => { if (!sent && !menuId) this.parts.text.value ||= text; });
  }

  // Everything the patient does goes this way; false if it did not leave the phone.
  async reach(path, body) {
    this.pending += 1;
    this.title();
    try {
      await post(`/phones/${this.number}/${path}`, body);
      return true;
    } catch (error) {
      this.toast(TROUBLE[error.message] || (error instanceof Failed ? `没发出去 (${error.message})` : String(error)));
      if (error.message === "not_following") this.show("account");
      return false;
    } finally {
      this.pending -= 1;
      this.title();
      if (this.parts.menu.hidden) this.loadMenu();
    }
  }

  send(body) { return this.reach("send", body); }
  happen(event, body = {}) { return this.reach("event", { event, ...body }); }

  async picture(file) {
    try {
      const { media_id: id } = await upload(`/phones/${this.number}/upload?kind=image&name=${encodeURIComponent(file.name)}`, file);
      await this.send({ kind: "image", MediaId: id, PicUrl: `${location.origin}/sandbox/api/media/${id}` });
    } catch (error) {
      this.toast(`图片没发出去 (${error.message})`);
    }
  }

  async voice(words) {
    const file = new Blob(["#!AMR\n", new Uint8Array(64)], { type: "audio/amr" });
    const { media_id: id } = await upload(`/phones/${this.number}/upload?kind=voice&name=voice.amr`, file);
    await this.send({ kind: "voice", MediaId: id, Format: "amr", ...(words ? { Recognition: words } : {}) });
  }

  banner(text) {
    const banner = this.part(".banner");
    const code = text.match(CODE)?.[0];
    banner.querySelector("i").textContent = code ? "短信 · 点这里填入验证码" : "短信";
    banner.querySelector("span").textContent = text;
    banner.hidden = false;
    clearTimeout(this.bannerTimer);
    this.bannerTimer = setTimeout(() => { banner.hidden = true; }, BANNER);
    banner.onclick = () => {
      banner.hidden = true;
      if (!code) this.show("texts");
      else if (this.fill(code, "code")) this.unread = Math.max(0, this.unread - 1);
      this.badge();
    };
    if (this.part(".texts").hidden) this.unread += 1;
    this.badge();
  }

  badge() {
    const badge = this.part(".nav .badge");
    badge.textContent = this.unread;
    badge.hidden = !this.unread;
  }

  // Put a value where the patient was typing: in the page that is open, or in the chat.
  fill(value, name = "") {
    const field = this.web.field(name) || (this.web.shown ? null : this.parts.text);
    if (!field) return false;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
    return true;
  }

  show(name) {
    for (const each of ["texts", "account"]) this.part(`.${each}`).hidden = each !== name;
    if (name === "texts") {
      this.unread = 0;
      this.badge();
      this.down(this.parts.texts);
    }
  }

  toast(text) {
    const toast = this.part(".toast");
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { toast.hidden = true; }, 2600);
  }

  tick() {
    this.part(".status time").textContent = clock(new Date());
  }

  listen() {
    const { text } = this.parts;
    const [form, sms] = this.root.querySelectorAll(".composer");
    const grow = () => {
      text.style.height = "38px";
      text.style.height = `${Math.min(text.scrollHeight, 110)}px`;
      form.querySelector(".send").hidden = !text.value;
      form.querySelector('[data-do="plus"]').hidden = Boolean(text.value);
    };
    text.addEventListener("input", grow);
    for (const each of [form, sms]) {
      const area = each.querySelector("textarea");
      area.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        each.requestSubmit();
      });
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = text.value;
      text.value = "";
      grow();
      this.say(said);
    });
    sms.addEventListener("submit", (event) => {
      event.preventDefault();
      const area = sms.querySelector("textarea");
      if (area.value.trim()) this.reach("sms", { text: area.value });
      area.value = "";
    });
    this.part('input[type="file"]').addEventListener("change", (event) => {
      if (event.target.files[0]) this.picture(event.target.files[0]);
      event.target.value = "";
      this.part(".plus").hidden = true;
    });
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.root.addEventListener("focusin", () => { this.desk.front = this; });
  }

  clicked(event) {
    this.desk.front = this;
    if (!event.target.closest(".menu")) this.closeMenus();
    if (!event.target.closest(".foot")) this.part(".plus").hidden = true;
    const what = event.target.closest("[data-do]")?.dataset.do;
    const done = {
      sms: () => this.show("texts"), profile: () => this.show("account"), back: () => this.show("chat"),
      plus: () => { this.part(".plus").hidden = !this.part(".plus").hidden; this.down(this.parts.chat); },
      follow: () => { this.happen(this.seat.following ? "unsubscribe" : "subscribe"); this.show("chat"); },
      voice: () => this.sheets.open("voice"), place: () => this.sheets.open("place"), scan: () => this.sheets.open("scan"),
      "pay-code": () => this.sheets.open("code"),
      owner: () => this.sheets.open("owner"), hide: () => this.desk.hide(this),
    }[what];
    if (!done) return;
    if (what !== "plus") this.part(".plus").hidden = true;
    done();
  }
}
