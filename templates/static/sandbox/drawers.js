// The drawers at the side: papers to fill in, and switches that make the outside world misbehave.
import { get, post, remove } from "./api.js";
import { make } from "./bubbles.js";
import { Visits } from "./visits.js";

const HOSPITAL = "/sandbox/hospital";
const INSURANCE = "/sandbox/hospital/insurance";
const COMMERCIAL = "/sandbox/hospital/commercial";
const byId = (id) => document.getElementById(id);

export class Drawers {
  constructor(desk) {
    this.desk = desk;
    document.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-open]");
      if (opener) this.open(opener.dataset.open);
      if (event.target.closest("[data-close]")) this.close();
      const fill = event.target.closest("[data-fill]");
      if (fill) this.fill(fill.dataset.fill);
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    byId("callbacks").addEventListener("change", () => this.callbacks());
    byId("hospital").addEventListener("change", () => this.hospital());
    byId("insurance").addEventListener("change", () => this.insurance());
    byId("commercial").addEventListener("change", () => this.commercial());
    byId("money").addEventListener("change", () => this.money());
    document.querySelector('[data-do="refunds-arrive"]').addEventListener("click", () => this.tell(() => post("/pay/refunds", {}).then(() => get("/misbehave"))));
    byId("switches").addEventListener("submit", (event) => this.add(event));
    byId("switches").elements.api.addEventListener("change", () => this.fitting());
    document.querySelector('[data-do="behave"]').addEventListener("click", () => this.tell(() => remove("/misbehave"), () => post(HOSPITAL, {}), () => post(INSURANCE, {}), () => post(COMMERCIAL, {})));
    this.visits = new Visits(byId("there"));
    this.fitting();
    this.look();
  }

  look() { this.tell(() => get("/misbehave"), () => get(HOSPITAL), () => get(INSURANCE), () => get(COMMERCIAL)); }

  open(name) {
    const was = !byId(name).hidden;
    this.close();
    byId(name).hidden = was;
    if (name === "there" && !was) this.visits.look();
    if (name === "wrong" && !was) this.look();
  }

  close() { document.querySelectorAll(".drawer").forEach((each) => { each.hidden = true; }); }

  fill(value) {
    const screen = this.desk.front;
    if (screen?.fill(value)) screen.toast("填好了");
    else this.desk.copy(value, screen);
    if (window.innerWidth <= 700) this.close();
  }

  // Only faults that the chosen service knows can be chosen.
  fitting() {
    const { api, how } = byId("switches").elements;
    const system = api.value.split("/")[0];
    for (const option of how.options) option.hidden = option.disabled = Boolean(option.dataset.only) && option.dataset.only !== system;
    if (how.selectedOptions[0]?.disabled) how.selectedIndex = 0;
  }

  callbacks() {
    const { slow, repeat, lost, disorder } = byId("callbacks").elements;
    const wanted = { slow: Number(slow.value), repeat: Number(repeat.value), lost: Number(lost.value), disorder: disorder.checked };
    this.tell(() => post("/misbehave", { callbacks: wanted }));
  }

  hospital() {
    const { delay_s: delay, lose_next: lose, unavailable } = byId("hospital").elements;
    const wanted = { delay_s: Number(delay.value), lose_next: Number(lose.value), unavailable: unavailable.checked };
    this.tell(null, () => post(HOSPITAL, wanted));
  }

  insurance() { this.tell(null, null, () => post(INSURANCE, this.ofInsurer("insurance"))); }

  commercial() { this.tell(null, null, null, () => post(COMMERCIAL, this.ofInsurer("commercial"))); }

  ofInsurer(form) {
    const { delay_s: delay, lose_next: lose, refuse, unavailable } = byId(form).elements;
    return { delay_s: Number(delay.value), lose_next: Number(lose.value), refuse: refuse.value, unavailable: unavailable.checked };
  }

  money() {
    const { notices, refunds, belated, password, short } = byId("money").elements;
    const wanted = { ...JSON.parse(notices.value), refunds: refunds.value, belated: belated.checked, password: password.checked, short: short.checked };
    this.tell(() => post("/misbehave", { pay: wanted }));
  }

  add(event) {
    event.preventDefault();
    const { api, how, times } = event.target.elements;
    this.tell(() => post("/misbehave", { api: api.value, ...JSON.parse(how.value), times: Number(times.value) }));
  }

  // Does what is given, and shows how things stand: the outside (`act`), the hospital (`ours`), the insurers.
  async tell(act, ours, insurance, commercial) {
    const problem = byId("wrong").querySelector(".drawer-problem");
    try {
      if (act) this.outside = await act();
      if (ours) this.inside = await ours();
      if (insurance) this.insured = await insurance();
      if (commercial) this.covered = await commercial();
      this.show(this.outside);
      this.showHospital(this.inside);
      this.showInsurer("insurance", this.insured);
      this.showInsurer("commercial", this.covered);
      const odd = this.odd(this.outside) || [this.inside, this.insured, this.covered].some((each) => Object.values(each).some(Boolean));
      document.querySelector('[data-open="wrong"] .dot').hidden = !odd;
      problem.hidden = true;
    } catch (error) {
      problem.textContent = `没有改成：${error.message}`;
      problem.hidden = false;
    }
  }

  showMoney(pay) {
    const { notices, refunds, belated, password, short } = byId("money").elements;
    const shown = { ...pay, lose: pay.lose > 1 ? 100 : pay.lose };
    const fits = (option) => Object.entries(JSON.parse(option.value)).every(([name, value]) => shown[name] === value);
    notices.value = [...notices.options].slice(1).find(fits)?.value || "{}";
    refunds.value = pay.refunds;
    [belated.checked, password.checked, short.checked] = [pay.belated, pay.password, pay.short];
  }

  show({ callbacks, switches, pay }) {
    this.showMoney(pay);
    const form = byId("callbacks").elements;
    for (const name of ["slow", "repeat", "lost"]) form[name].value = String(callbacks[name]);
    form.disorder.checked = callbacks.disorder;
    const on = switches.filter((each) => each.times !== 0);
    const rows = on.map((each) => make("li", "", this.say(each)));
    document.querySelector(".switched").replaceChildren(...(rows.length ? rows : [make("li", "none", "外面的服务都正常")]));
  }

  showHospital(conduct) {
    const form = byId("hospital").elements;
    for (const name of ["delay_s", "lose_next"]) form[name].value = String(conduct[name]);
    form.unavailable.checked = conduct.unavailable;
  }

  showInsurer(which, conduct) {
    const form = byId(which).elements;
    for (const name of ["delay_s", "lose_next", "refuse"]) form[name].value = String(conduct[name]);
    form.unavailable.checked = conduct.unavailable;
  }

  odd({ callbacks, switches, pay }) {
    const { slow, repeat, lost, disorder } = callbacks;
    const { lose, copies, delay, refunds } = pay;
    if (lose || copies > 1 || delay || pay.disorder || pay.belated || pay.short || pay.password || refunds !== "at_once") return true;
    return slow || repeat > 1 || lost || disorder || switches.some((each) => each.times !== 0);
  }

  say(each) {
    const { api, how } = byId("switches").elements;
    const where = [...api.options].find((option) => option.value === each.api)?.textContent || each.api;
    const what = [...how.options].find((option) => Object.entries(JSON.parse(option.value)).every(([name, value]) => each[name] === value));
    const long = each.times < 0 ? "一直" : `还有 ${each.times} 次`;
    return `${where}：${what ? what.textContent : "不正常"}，${long}`;
  }
}
