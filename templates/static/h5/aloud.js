// A page reads itself aloud: <button data-aloud="main.page" data-stop="停" data-away="…" formaction="…" hidden>朗读</button>
// By the phone's own Chinese voice where it has one, else by ours at `formaction`; hidden where there is neither.
(() => {
  "use strict";

  const LONGEST = 60;  // characters of a part that is asked for; the server takes a few more
  const FIRST = 20;  // of the first one, so that it is heard at once
  const SILENT_MS = 2500;  // a voice of the phone that has not begun by then has none
  const own = window.SpeechSynthesisUtterance && window.speechSynthesis || null;
  let running = null;
  let player = null;
  // Who has read on finds 停 on the screen all the same.
  const beside = new IntersectionObserver((seen) => {
    running?.button.classList.toggle("aloud-afloat", !seen.at(-1).isIntersecting);
  });

  // A voice that speaks from elsewhere would carry what stands here out of the house.
  function voice() {
    const found = own?.getVoices().filter((each) => each.localService !== false) ?? [];
    return found.find((each) => /^(zh|cmn)[-_](Hans[-_])?CN/i.test(each.lang)) ?? found.find((each) => /^(zh$|zh[-_](Hans|Hant|TW|SG)|cmn)/i.test(each.lang));
  }

  function show() {
    document.querySelectorAll("[data-aloud]").forEach((button) => {
      button.hidden = !button.hasAttribute("formaction") && !voice();
      if (running?.button !== button) return;
      press(button, true);
    });
    // What was read was exchanged together with its button: nobody could stop it any more.
    if (running && !running.button.isConnected) stop();
  }

  function press(button, speaking) {
    button.dataset.start ??= button.textContent;
    button.setAttribute("aria-pressed", String(speaking));
    button.textContent = speaking ? button.dataset.stop : button.dataset.start;
  }

  function stop() {
    const run = running;
    if (!run) return;
    running = null;
    run.over.abort();
    own?.cancel();
    player?.pause();
    beside.disconnect();
    run.button.classList.remove("aloud-afloat");
    press(run.button, false);
  }

  // There for the eye alone, ways elsewhere (of a calendar's days, those that have nothing), and the page's own ways.
  const ASIDE = ".head-ways, [aria-hidden=true], [role=search] button, nav a:not([aria-current], .day-free)";

  // What can be seen and is not `ASIDE`, line by line; of a list the line that was chosen.
  function spoken(part) {
    if (!part || !part.getClientRects().length || part.matches(ASIDE)) return [];
    if (part.matches("select")) return lined(part.selectedOptions[0]?.text ?? "");
    if (!part.querySelector(`select, ${ASIDE}`)) return lined(part.innerText);
    return [...part.childNodes].flatMap((each) => {
      if (each.nodeType === Node.TEXT_NODE) return lined(each.nodeValue.replace(/\s+/g, " "));
      return each.nodeType === Node.ELEMENT_NODE ? spoken(each) : [];
    });
  }

  function lined(text) {
    return text.split("\n").map((line) => line.trim()).filter(Boolean);
  }

  async function start(button) {
    const lines = spoken(document.querySelector(button.dataset.aloud)).concat(spoken(document.querySelector(".page-foot")));
    const run = running = { button, over: new AbortController() };
    press(button, true);
    beside.observe(button.closest(".page-head") ?? button.parentElement);
    const address = button.getAttribute("formaction");
    if (address) {
      player ??= document.body.appendChild(document.createElement("audio"));
      player.removeAttribute("src");
      player.load();  // within the tap: iPhones then let it play what comes a moment later
    }
    try {
      const chosen = voice();
      const heard = chosen ? await byPhone(run, lines, chosen, Boolean(address)) : false;
      if (!heard && !address) throw new Error();
      if (!heard && running === run) await byServer(run, lines, address);
    } catch (error) {
      if (running === run) tell(error.message || button.dataset.away);
    }
    if (running === run) stop();
  }

  // Sentence by sentence: some phones fall silent amid a long text. False: this phone says nothing.
  function byPhone(run, lines, chosen, another) {
    return new Promise((done) => {
      const silent = another ? setTimeout(() => { own.cancel(); done(false); }, SILENT_MS) : 0;
      run.over.signal.addEventListener("abort", () => { clearTimeout(silent); done(true); });
      own.cancel();
      lines.forEach((line, n) => {
        const words = new SpeechSynthesisUtterance(line.replace(/\s*[·→]\s*/g, "，"));
        words.lang = "zh-CN";
        words.voice = chosen;
        words.rate = 0.9;
        words.onstart = () => clearTimeout(silent);
        words.onerror = () => { clearTimeout(silent); done(n > 0); };
        if (n === lines.length - 1) words.onend = () => { clearTimeout(silent); done(true); };
        own.speak(words);
      });
      if (!lines.length) done(true);
    });
  }

  // While one part is heard, the next is on its way.
  async function byServer(run, lines, address) {
    const parts = gathered(lines);
    let next = asked(run, parts[0], address);
    for (let n = 0; n < parts.length; n += 1) {
      const clip = await next;
      if (n + 1 < parts.length) {
        next = asked(run, parts[n + 1], address);
        next.catch(() => {});  // told when its turn comes
      }
      if (clip && running === run) await played(run, clip);
      if (running !== run) return;
    }
  }

  function gathered(lines) {
    const parts = [];
    for (const line of lines) {
      for (const piece of cut(line)) {
        const last = parts.at(-1);
        const room = parts.length > 1 ? LONGEST : FIRST;
        if (last !== undefined && last.length + piece.length < room) parts[parts.length - 1] = `${last}\n${piece}`;
        else parts.push(piece);
      }
    }
    return parts;
  }

  function cut(line) {
    const pieces = [""];
    for (const part of line.match(new RegExp(`[^。；！？，、]{0,${LONGEST - 1}}[。；！？，、]?`, "gu"))) {
      if (pieces.at(-1).length + part.length > LONGEST) pieces.push("");
      pieces[pieces.length - 1] += part;
    }
    return pieces.filter(Boolean);
  }

  async function asked(run, text, address) {
    const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST", body: new URLSearchParams({ text }), headers: { ...token, "HX-Request": "true" }, signal: run.over.signal,
      });
    } catch {
      throw new Error();  // no line, or nobody listens any more
    }
    if (answer.status === 204 && !answer.headers.has("HX-Refresh")) return null;
    if (answer.status === 200) return answer.blob();
    const known = [429, 503].includes(answer.status);
    throw new Error(known ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector('[role="alert"]')?.textContent : "");
  }

  async function played(run, clip) {
    const source = URL.createObjectURL(clip);
    try {
      player.src = source;
      const heard = new Promise((done, failed) => {
        player.onended = done;
        player.onerror = () => failed(new Error());
        run.over.signal.addEventListener("abort", done);
      });
      heard.catch(() => {});
      await player.play();
      await heard;
    } catch (error) {
      throw running === run ? new Error() : error;
    } finally {
      URL.revokeObjectURL(source);
    }
  }

  function tell(text) {
    document.dispatchEvent(new CustomEvent("daoyi:fault", { detail: text }));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-aloud]");
    if (!button) return;
    const again = running?.button === button;
    stop();
    if (!again) start(button);
  });
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:afterSwap", show);
  own?.addEventListener?.("voiceschanged", show);
  if (own) setTimeout(show, 1500);  // older iPhones tell nobody
  window.addEventListener("pagehide", stop);
})();
