// What slides up from the foot of a phone and asks for a little more.
import { post } from "./api.js";
import { make } from "./bubbles.js";

export class Sheets {
  constructor(screen) {
    this.screen = screen;
    this.root = screen.part(".sheet");
    this.shade = screen.part(".shade");
    this.shade.addEventListener("click", () => this.close());
  }

  open(name) {
    this.root.replaceChildren(document.getElementById(`sheet-${name}`).content.cloneNode(true));
    const form = this.root.querySelector("form");
    this[name]?.(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = Object.fromEntries(new FormData(form, event.submitter));
      this.close();
      this[`${name}Done`]?.(given, event.submitter);
    });
    this.root.hidden = this.shade.hidden = false;
    form.querySelector("textarea, input:not([type=checkbox])")?.focus();
  }

  close() { this.root.hidden = this.shade.hidden = true; }

  voiceDone({ words, heard }) { this.screen.voice(heard ? words : ""); }

  placeDone(given, button) {
    const [x, y, label] = button.value.split(",");
    this.screen.send({ kind: "location", Location_X: x, Location_Y: y, Scale: "16", Label: label });
  }

  scanDone({ code: given }) {
    const code = given.trim();
    if (code.startsWith("weixin://wxpay/")) this.screen.pay.open({ channel: "wechat", code });
    else if (/^https?:\/\/[^/]+\/h5\//.test(code)) this.screen.web.open(code);
    else if (code) this.screen.happen("scan", { code });
  }

  code(form) {
    this.screen.pay.code(form, "wechat").catch((error) => { this.close(); this.screen.toast(error.message); });
  }

  owner(form) {
    const { nickname, mobile, snapshot } = this.screen.facts;
    form.elements.nickname.value = nickname;
    form.elements.mobile.value = mobile;
    form.elements.snapshot.checked = snapshot;
    form.querySelector('[data-do="hide"]').hidden = this.screen.desk.shown.length < 2;
  }

  async ownerDone({ nickname, mobile, snapshot }) {
    await post(`/phones/${this.screen.number}/settings`, { nickname, mobile, snapshot: Boolean(snapshot) });
    this.screen.desk.refresh();
  }

  web(form) {
    const { web, desk } = this.screen;
    form.querySelector(".address").textContent = web.address;
    form.querySelector('[data-do="web-reload"]').onclick = () => { this.close(); web.inner?.location.reload(); };
    form.querySelector('[data-do="web-copy"]').onclick = () => { this.close(); desk.copy(web.address, this.screen); };
    for (const other of desk.screens().filter((each) => each !== this.screen)) {
      const button = make("button", "", `转发给${other.facts.nickname}，在那部手机打开`);
      button.type = "button";
      button.onclick = () => { const { address } = web; this.close(); other.web.open(address); desk.bring(other); };
      form.querySelector(".others").append(button);
    }
  }

  add(form) {
    const { desk } = this.screen;
    for (const facts of desk.hidden()) {
      const button = make("button", "", `${facts.nickname} ${facts.mobile}`);
      button.type = "button";
      button.onclick = () => { this.close(); desk.place(facts); };
      form.querySelector(".choices").append(button);
    }
  }

  async addDone({ nickname }) {
    this.screen.desk.place(await post("/phones", { nickname: nickname.trim() }));
  }
}
