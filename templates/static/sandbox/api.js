// The sandbox's API, and the stream of what arrives on a phone.
const ROOT = "/sandbox/api";
const WAYS = ["sent", "passive", "customer", "template", "subscription", "sms", "sms_sent", "fault", "event", "pay"];

export class Failed extends Error {
  constructor(status, body) {
    super(body.error || String(status));
    this.status = status;
    this.body = body;
  }
}

async function ask(method, path, body, headers = {}) {
  let answer;
  try {
    answer = await fetch(path.startsWith("/sandbox/") ? path : ROOT + path, { method, body, headers });
  } catch {
    throw new Failed(0, { error: "away" });
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Failed(answer.status, told);
  return told;
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, JSON.stringify(body), { "Content-Type": "application/json" });
export const remove = (path) => ask("DELETE", path);
export const upload = (path, file) => ask("POST", path, file, { "Content-Type": file.type || "application/octet-stream" });

// Follows one phone from `after` on. `arrived(entry)` for each thing on its screen; `linked(true|false)` when the
// connection comes or goes; `restarted()` when the sandbox began anew and numbers its entries from 1 again.
export class Stream {
  constructor(number, { arrived, linked, restarted }) {
    Object.assign(this, { number, arrived, linked, restarted, last: 0, lost: false, source: null, timer: 0 });
  }

  open() {
    this.close();
    const source = new EventSource(`${ROOT}/phones/${this.number}/stream?after=${this.last}`);
    this.source = source;
    source.onopen = () => this.opened();
    source.onerror = () => {
      this.lost = true;
      this.linked(false);
      // The browser tries again by itself after a cut, but not after an answer like 502.
      if (source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => this.open(), 1500);
    };
    const tell = (event) => {
      const entry = JSON.parse(event.data);
      if (entry.id <= this.last) return;
      this.last = entry.id;
      this.arrived(entry);
    };
    WAYS.forEach((way) => source.addEventListener(way, tell));
  }

  async opened() {
    this.linked(true);
    if (!this.lost) return;
    this.lost = false;
    const { entries } = await get(`/phones/${this.number}/history`).catch(() => ({ entries: null }));
    const newest = entries && (entries.length ? entries[entries.length - 1].id : 0);
    if (entries && newest < this.last) {
      this.last = 0;
      this.restarted(entries);
    }
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
