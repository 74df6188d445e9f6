// What arrives on a phone -> what is seen. Texts are put in as texts; of markup only WeChat's two kinds of link are known.
const ANCHOR = /<a\s+href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/gi;
const EVENTS = {
  subscribe: "你关注了公众号",
  unsubscribe: "你取消了关注",
  scan: "扫了二维码",
  VIEW: "打开了网页",
  LOCATION: "公众号得到了你的位置",
  answer: "回答了订阅请求",
};

export function make(tag, className = "", text = "") {
  const found = document.createElement(tag);
  if (className) found.className = className;
  if (text) found.textContent = text;
  return found;
}

const when = (moment, form) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", ...form }).format(moment);
export const clock = (moment) => when(moment, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function timeLine(moment) {
  const day = when(moment, { month: "numeric", day: "numeric" });
  const today = when(new Date(), { month: "numeric", day: "numeric" });
  return make("li", "when", day === today ? clock(moment) : `${when(moment, { month: "long", day: "numeric" })} ${clock(moment)}`);
}

// `act.say(text, menuId)` and `act.open(address)` are what links do.
export function words(text, act) {
  const found = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(ANCHOR)) {
    found.append(text.slice(from, match.index), link(match[1], match[2], act));
    from = match.index + match[0].length;
  }
  found.append(text.slice(from));
  return found;
}

function link(address, label, act) {
  const button = make("button", "", label);
  button.type = "button";
  if (address.startsWith("weixin://bizmsgmenu?")) {
    const asked = new URLSearchParams(address.slice(address.indexOf("?") + 1));
    button.className = "tap";
    button.onclick = () => act.say(asked.get("msgmenucontent") || label, asked.get("msgmenuid") || "");
  } else {
    button.onclick = () => act.open(address);
  }
  return button;
}

// One entry as a line of the chat; null for what is not seen there.
export function line(entry, act) {
  if (entry.way === "event") return make("li", "happened", happened(entry));
  if (entry.way === "fault") return make("li", "broken", entry.text);
  if (entry.way === "template" || entry.way === "subscription") {
    const row = make("li", "notice");
    row.append(notice(entry, act));
    return row;
  }
  const mine = entry.way === "sent" || entry.way === "sms_sent";
  const row = make("li", mine ? "mine" : "theirs");
  row.append(make("i", "face", mine ? act.face : ""), bubble(entry, act));
  if (entry.way === "customer") row.append(make("span", "how", "客服消息"));
  return row;
}

function happened(entry) {
  if (entry.type === "CLICK") return `点了菜单：${entry.label || entry.EventKey || ""}`;
  return EVENTS[entry.type] || entry.type;
}

function bubble(entry, act) {
  const found = make("div", "bubble");
  if (entry.type === "text") found.append(words(entry.text, act));
  else if (entry.type === "image") {
    found.classList.add("picture");
    const picture = make("img");
    picture.src = `/sandbox/api/media/${encodeURIComponent(entry.MediaId || entry.media_id)}`;
    picture.alt = "图片";
    found.append(picture);
  } else if (entry.type === "voice" && entry.media_id) {
    found.classList.add("voice");
    found.append(heard(entry));
  } else if (entry.type === "voice") {
    found.classList.add("voice");
    found.append("◂)) 语音");
    if (entry.Recognition) found.append(make("small", "", entry.Recognition));
  } else if (entry.type === "location") {
    found.classList.add("place");
    found.append(make("b", "", entry.Label || "位置"), make("small", "", `${entry.Location_X}, ${entry.Location_Y}`), make("i"));
  } else if (entry.type === "news") entry.articles.forEach((each) => found.append(article(each, act)));
  else if (entry.type === "menu") {
    found.append(entry.head, entry.head ? "\n" : "");
    for (const choice of entry.choices) {
      const button = make("button", "tap", choice.label);
      button.type = "button";
      button.onclick = () => act.say(choice.label, choice.id);
      found.append(button, "\n");
    }
    found.append(entry.tail || "");
  } else found.append(`[${entry.type}]`);
  return found;
}

// A voice message of the account's: a tap plays it, another stops it, and only one sounds at a time.
let sounding = null;

function heard(entry) {
  const seconds = Math.max(1, Math.round(entry.seconds));
  const button = make("button", "heard");
  const sound = new Audio(`/sandbox/api/media/${encodeURIComponent(entry.media_id)}`);
  sound.preload = "none";
  button.type = "button";
  button.style.width = `${Math.min(72 + seconds * 4, 230)}px`;
  button.append(make("i", "", "(((•"), make("span", "", `${seconds}″`));
  const playing = (now) => {
    button.classList.toggle("playing", now);
    button.setAttribute("aria-label", `语音 ${seconds} 秒，${now ? "停下" : "播放"}`);
  };
  sound.onended = sound.onpause = () => playing(false);
  sound.onplay = () => playing(true);
  sound.onerror = () => { button.classList.add("gone"); button.setAttribute("aria-label", "这段语音放不了"); };
  button.onclick = () => {
    if (sounding && sounding !== sound) sounding.pause();
    sounding = sound;
    if (!sound.paused) return sound.pause();
    sound.currentTime = 0;
    sound.play().catch(() => playing(false));
  };
  playing(false);
  return button;
}

function article(each, act) {
  const card = make("button", "article");
  card.type = "button";
  card.append(make("strong", "", each.title), make("p", "", each.description));
  card.onclick = () => act.open(each.url);
  return card;
}

// A template message: its first value stands as the heading, as the platform's templates do with their title.
function notice(entry, act) {
  const card = make(entry.url ? "button" : "div", "card-notice");
  const [first = "", ...rest] = Object.values(entry.values);
  card.append(make("small", "", entry.way === "template" ? "服务通知" : "订阅通知"), make("strong", "", first));
  rest.forEach((value) => card.append(make("span", "", value)));
  if (entry.url) {
    card.type = "button";
    card.append(make("em", "", "查看详情"));
    card.onclick = () => act.open(entry.url);
  }
  return card;
}
