"use strict";
// The company's own site gets the assistant with one tag: <script src="https://…/widget.js" defer></script>

(() => {
  const home = new URL(document.currentScript.src).origin;
  const KEPT = 60;
  const stored = (name, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(`zhku-${name}`)) ?? otherwise;
    } catch {
      return otherwise; // storage is shut: the conversation lives as long as the page
    }
  };
  const store = (name, value) => {
    try {
      localStorage.setItem(`zhku-${name}`, JSON.stringify(value));
    } catch {
      // as above
    }
  };
  let token = stored("token", "");
  const history = stored("history", []);
  let recorder = null;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; --accent: #17694a; --paper: #fff; --ink: #1c2421; --line: #8a968f; --mine: #d9ecdf; --trouble: #b3261e; color-scheme: light dark; }
    @media (prefers-color-scheme: dark) { :host { --accent: #6fcfa3; --paper: #1b211f; --ink: #e8eeeb; --line: #7d8a83; --mine: #24453a; --trouble: #ff9a91; } }
    * { box-sizing: border-box; font: 1rem/1.4 system-ui, sans-serif; }
    [hidden] { display: none !important; }
    .open, .panel { position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483000; }
    button { cursor: pointer; padding: .55rem .8rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--paper); color: var(--ink); min-height: 2.75rem; }
    .open, .send, .microphone[aria-pressed=true] { background: var(--accent); color: var(--paper); border-color: var(--accent); }
    .open { border-radius: 2rem; padding: .8rem 1.2rem; box-shadow: 0 2px 10px #0005; }
    .panel { display: flex; flex-direction: column; width: min(24rem, calc(100vw - 2rem)); height: min(34rem, calc(100dvh - 2rem)); background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: 1rem; overflow: hidden; box-shadow: 0 4px 24px #0006; }
    header { display: flex; justify-content: space-between; align-items: center; padding: .4rem .4rem .4rem 1rem; border-bottom: 1px solid var(--line); }
    h2 { margin: 0; font-weight: 600; }
    ol { flex: 1; overflow-y: auto; list-style: none; margin: 0; padding: .8rem; display: flex; flex-direction: column; gap: .5rem; }
    li { max-width: 88%; padding: .45rem .75rem; border: 1px solid var(--line); border-radius: .9rem; overflow-wrap: anywhere; }
    li.mine { align-self: flex-end; background: var(--mine); }
    li a { display: inline-flex; align-items: center; margin: .4rem 0 .2rem; padding: .55rem 1rem; min-height: 2.75rem; border-radius: .6rem; background: var(--accent); color: var(--paper); text-decoration: none; }
    .hints:empty { display: none; }
    .hints { display: flex; flex-wrap: wrap; gap: .4rem; padding: 0 .8rem .5rem; }
    .trouble { margin: 0; padding: 0 .8rem .5rem; color: var(--trouble); }
    form { display: flex; flex-wrap: wrap; gap: .4rem; padding: .6rem; border-top: 1px solid var(--line); }
    input { flex: 1 1 100%; min-width: 0; padding: .55rem .7rem; border: 1px solid var(--line); border-radius: .6rem; background: transparent; color: inherit; }
    .microphone, .send { flex: 1; }
    ::placeholder { color: inherit; opacity: .75; }
    @media (max-height: 26rem) { .panel { inset: auto .25rem .25rem auto; height: calc(100dvh - .5rem); } }
    @media (max-height: 26rem) and (min-width: 30rem) { .panel { width: 29rem; } input { flex: 1 1 8rem; } .microphone, .send { flex: 0 1 auto; } }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  `);
  root.adoptedStyleSheets = [style];

  const make = (tag, properties = {}, ...inside) => {
    const { aria = {}, ...rest } = properties;
    const made = Object.assign(document.createElement(tag), rest);
    for (const [name, value] of Object.entries(aria)) made.setAttribute(name === "role" ? name : `aria-${name}`, value);
    made.append(...inside);
    return made;
  };
  const open = make("button", { className: "open", type: "button", textContent: "Показания и счета", aria: { expanded: "false", haspopup: "dialog" } });
  const title = make("h2", { id: "title", textContent: "Помощник по ЖКУ" });
  const close = make("button", { type: "button", textContent: "✕", aria: { label: "Закрыть" } });
  const talk = make("ol", { tabIndex: 0, aria: { live: "polite", label: "Разговор", role: "log" } });
  const trouble = make("p", { className: "trouble", hidden: true, aria: { role: "alert" } });
  const hints = make("div", { className: "hints", aria: { role: "group", label: "Подсказки" } });
  const input = make("input", { maxLength: 2000, placeholder: "Холодная вода 123", autocomplete: "off", aria: { label: "Сообщение" } });
  const microphone = make("button", { className: "microphone", type: "button", textContent: "Говорить", aria: { pressed: "false" } });
  const send = make("button", { className: "send", textContent: "Отправить" });
  const form = make("form", {}, input, microphone, send);
  const panel = make("div", { className: "panel", hidden: true, aria: { role: "dialog", labelledby: "title" } },
    make("header", {}, title, close), talk, hints, trouble, form);
  root.append(open, panel);

  async function call(path, type, body, again = true) {
    if (!token) {
      const visit = await fetch(`${home}/api/v1/visit`, { method: "POST" });
      const given = await visit.json();
      if (!visit.ok) throw new Error(given.text);
      token = given.token;
      store("token", token);
    }
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": type, "Idempotency-Key": crypto.randomUUID?.() ?? String(Math.random()) };
    const answer = await fetch(home + path, { method: "POST", headers, body });
    if (answer.status === 401 && again) {
      token = "";
      return call(path, type, body, false);
    }
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.text);
    return said;
  }

  function line(text, mine, link) {
    const item = make("li", { textContent: text, className: mine ? "mine" : "" });
    if (link) item.append(document.createElement("br"), make("a", { href: link, target: "_blank", rel: "noopener", textContent: "Открыть" }));
    talk.append(item);
    toEnd();
  }

  function toEnd() {
    talk.scrollTop = talk.scrollHeight;
  }

  function show(text, mine, link = "") {
    line(text, mine, link);
    history.push([text, mine, link]);
    history.splice(0, history.length - KEPT);
    store("history", history);
  }

  async function exchange(path, type, body) {
    trouble.hidden = true;
    try {
      const answer = await call(path, type, body);
      if (answer.heard) show(answer.heard, true);
      show(answer.text, false, answer.link);
      hints.replaceChildren(...(answer.buttons || []).map((phrase) => {
        const hint = make("button", { type: "button", textContent: phrase });
        hint.addEventListener("click", () => say(phrase));
        return hint;
      }));
      return true;
    } catch (error) {
      fail(error instanceof TypeError ? "Нет связи с сервером. Попробуйте ещё раз." : error.message);
      return false;
    }
  }

  async function say(text) {
    if (text) show(text, true);
    const taken = await exchange("/api/v1/utterance", "application/json", JSON.stringify({ text, session: "widget" }));
    if (!taken && !input.value) input.value = text; // to be sent again
  }

  function fail(text) {
    trouble.textContent = text;
    trouble.hidden = false;
  }

  async function listen() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true } });
    const parts = [];
    recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      recorder = null;
      listening(false);
      exchange("/api/v1/audio?session=widget", parts[0]?.type || "audio/webm", new Blob(parts));
    });
    recorder.start();
    listening(true);
  }

  function listening(on) {
    microphone.setAttribute("aria-pressed", String(on));
    microphone.textContent = on ? "Готово" : "Говорить";
  }

  function toggle(on) {
    panel.hidden = !on;
    open.hidden = on;
    open.setAttribute("aria-expanded", String(on));
    (on ? input : open).focus();
    if (on && !talk.children.length) {
      history.forEach(([text, mine, link]) => line(text, mine, link));
      if (!history.length) say("");
    }
  }

  open.addEventListener("click", () => toggle(true));
  close.addEventListener("click", () => toggle(false));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle(false);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    input.value = "";
    if (text) say(text);
  });
  microphone.addEventListener("click", () => {
    if (recorder) recorder.stop();
    else listen().catch(() => fail("Микрофон недоступен. Разрешите его в браузере или напишите."));
  });
  new ResizeObserver(toEnd).observe(talk); // hints and troubles take some of its room, a keyboard on the screen more
  microphone.hidden = !navigator.mediaDevices || !window.MediaRecorder;
  document.body.append(host);
})();
