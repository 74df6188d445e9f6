// Paying on a phone: the sheet that slides up with the amount and the pad, as WeChat or Alipay draw it (data-channel).
// It is opened by a page (bridge), by a code that was scanned, by a browser that came to a payment address, or by the
// channel itself, when the phone's own code was scanned and the password is asked for.
import { post } from "./api.js";

const DIGITS = 6;
const NAMES = { wechat: "微信支付", alipay: "支付宝" };
const TROUBLE = {
  bad_sign: "支付验证签名失败", other_payer: "下单和付款的不是同一个人", paid_already: "这笔已经付过了", over: "订单已关闭",
  unknown_code: "这个码不能付钱", away: "网络不通", sandbox_away: "网络不通",
};

export const yuan = (fen) => (fen / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2 });

export class Pay {
  constructor(screen) {
    this.screen = screen;
    this.root = screen.part(".pay");
    this.root.addEventListener("click", (event) => this.clicked(event.target.closest("button")?.dataset));
    this.root.addEventListener("keydown", (event) => this.pressed(event));
    this.done = null;
  }

  // `done(outcome, shown)`: ok, cancel or fail, once. What was open before counts as closed.
  async open(given, done = () => {}) {
    this.end("cancel");
    this.done = done;
    this.draw("busy", {});
    try {
      this.show(await post(`/phones/${this.screen.number}/pay/look`, given));
    } catch (error) {
      this.trouble(error.message);
    }
  }

  // The channel asks by itself: the phone's own code was scanned.
  asked(shown) {
    this.end("cancel");
    this.show(shown);
  }

  show(shown) {
    this.shown = shown;
    this.typed = "";
    this.draw("sheet", shown);
    this.part(".amount").textContent = yuan(shown.amount);
    this.part(".payee").textContent = shown.payee || this.screen.desk.title;
    this.part(".title").textContent = shown.title;
    this.root.focus();
  }

  draw(name, { channel = "wechat" }) {
    this.root.dataset.channel = channel;
    this.root.dataset.shows = name;
    this.root.setAttribute("aria-label", NAMES[channel] || NAMES.wechat);
    this.root.replaceChildren(document.getElementById(`pay-${name}`).content.cloneNode(true));
    this.part(".name")?.append(NAMES[channel] || NAMES.wechat);
    this.root.hidden = false;
  }

  part(selector) { return this.root.querySelector(selector); }

  clicked(what) {
    if (!what) return;
    if (what.pay === "close") this.end(this.root.dataset.shows === "sheet" ? "cancel" : "fail");
    if (what.pay === "finish") this.end("ok");
    if (what.pay === "erase") this.type("");
    if (what.digit) this.type(what.digit);
  }

  pressed(event) {
    if (event.key === "Escape") this.clicked({ pay: "close" });
    if (event.key === "Backspace") this.type("");
    if (/^\d$/.test(event.key)) this.type(event.key);
  }

  type(digit) {
    if (this.root.dataset.shows !== "sheet") return;
    this.typed = digit ? (this.typed + digit).slice(0, DIGITS) : this.typed.slice(0, -1);
    [...this.part(".boxes").children].forEach((box, at) => box.classList.toggle("full", at < this.typed.length));
    if (this.typed.length === DIGITS) this.send();
  }

  async send() {
    const { shown } = this;
    this.draw("busy", shown);
    try {
      const { channel, handle } = shown;
      const { outcome } = await post(`/phones/${this.screen.number}/pay/done`, { channel, handle });
      if (outcome !== "paid") return this.trouble("over");
    } catch (error) {
      return this.trouble(error.message);
    }
    this.draw("paid", shown);
    this.part(".amount").textContent = yuan(shown.amount);
    this.part(".payee").textContent = shown.payee || this.screen.desk.title;
    this.part(".primary").focus();
  }

  trouble(reason) {
    this.draw("trouble", this.shown || {});
    this.part("p").textContent = TROUBLE[reason] || `没有付成 (${reason})`;
    this.part("button").focus();
  }

  end(outcome) {
    const { done, shown } = this;
    this.root.hidden = true;
    this.root.replaceChildren();
    this.done = this.shown = null;
    done?.(outcome, shown);
  }

  // The code that the phone shows to be scanned.
  async code(form, channel) {
    const { code } = await post(`/phones/${this.screen.number}/pay/code`, { channel });
    form.querySelector("output").textContent = code.replace(/(\d{4})(?=\d)/g, "$1 ");
    form.querySelector('[data-do="copy-code"]').onclick = () => this.screen.desk.copy(code, this.screen);
  }
}

// What a page finds in WeChat: WeixinJSBridge, and the part of the JS-SDK that pays.
export function bridge(inner, pay) {
  const asks = (parameters, done) => pay.open({ channel: "wechat", parameters: { ...parameters } }, done);
  inner.WeixinJSBridge = {
    invoke(name, parameters, done = () => {}) {
      if (name !== "getBrandWCPayRequest") return done({ err_msg: `${name}:fail` });
      return asks(parameters, (outcome) => done({ err_msg: `get_brand_wcpay_request:${outcome}` }));
    },
    call() {},
    on() {},
  };
  inner.wx ||= {};
  inner.wx.chooseWXPay ||= ({ timestamp, timeStamp = timestamp, success, cancel, fail, complete, ...rest }) => {
    const told = { ok: success, cancel, fail };
    asks({ appId: pay.screen.desk.appId, timeStamp: String(timeStamp), ...rest }, (outcome) => {
      const said = { errMsg: `chooseWXPay:${outcome}` };
      told[outcome]?.(said);
      complete?.(said);
    });
  };
  inner.document.dispatchEvent(new inner.Event("WeixinJSBridgeReady"));
}

