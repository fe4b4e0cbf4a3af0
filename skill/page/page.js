"use strict";

const byId = (id) => document.getElementById(id);
const player = new Audio();
let recorder = null;

async function token() {
  let kept = localStorage.getItem("token");
  if (!kept) {
    const answer = await fetch("/api/v1/visit", { method: "POST" });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.text);
    kept = body.token;
    localStorage.setItem("token", kept);
  }
  return kept;
}

async function post(path, type, body, again = true) {
  const headers = { Authorization: `Bearer ${await token()}`, "Content-Type": type, "Idempotency-Key": crypto.randomUUID?.() ?? String(Math.random()) };
  headers.Accept = byId("sound").checked ? "audio/wav" : "application/json";
  const answer = await fetch(path, { method: "POST", headers, body });
  if (answer.status === 401 && again) {
    localStorage.removeItem("token");
    return post(path, type, body, false);
  }
  if (answer.headers.get("Content-Type")?.startsWith("audio/wav")) {
    const part = (name) => decodeURIComponent(answer.headers.get(`X-Zhku-${name}`) || "");
    return { text: part("Text"), heard: part("Heard"), buttons: part("Buttons").split("|").filter(Boolean), link: part("Link"), sound: await answer.blob() };
  }
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.text);
  return said;
}

function show(text, mine, link) {
  const line = document.createElement("li");
  line.textContent = text;
  if (link) {
    const opener = document.createElement("a");
    Object.assign(opener, { href: link, target: "_blank", rel: "noopener", textContent: "Открыть" });
    line.append(document.createElement("br"), opener);
  }
  if (mine) line.className = "mine";
  byId("talk").append(line);
  line.scrollIntoView({ block: "end" });
}

function offer(buttons) {
  byId("buttons").replaceChildren(...(buttons || []).map((title) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => say(title));
    return button;
  }));
  byId("buttons").scrollIntoView({ block: "end" });
}

function play(sound) {
  if (player.src) URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(sound);
  player.play().catch(() => {}); // a browser that forbids sound before the first touch still shows the text
}

async function exchange(send) {
  byId("trouble").hidden = true;
  try {
    const answer = await send();
    if (answer.heard !== undefined && answer.heard !== "") show(answer.heard, true);
    show(answer.text, false, answer.link);
    offer(answer.buttons);
    if (answer.sound) play(answer.sound);
  } catch (error) {
    byId("trouble").textContent = error instanceof TypeError ? "Нет связи с сервером. Попробуйте ещё раз." : error.message;
    byId("trouble").hidden = false;
  }
}

function say(text) {
  if (text) show(text, true);
  return exchange(() => post("/api/v1/utterance", "application/json", JSON.stringify({ text, session: "page" })));
}

async function listen() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true } });
  const parts = [];
  recorder = new MediaRecorder(stream);
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.addEventListener("stop", () => {
    stream.getTracks().forEach((track) => track.stop());
    pressed(false);
    recorder = null;
    exchange(() => post("/api/v1/audio?session=page", parts[0]?.type || "audio/webm", new Blob(parts)));
  });
  recorder.start();
  pressed(true);
}

function pressed(on) {
  byId("microphone").setAttribute("aria-pressed", String(on));
  byId("microphone").textContent = on ? "Готово" : "Говорить";
}

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  byId("text").value = "";
  if (text) say(text);
});

byId("microphone").addEventListener("click", () => {
  player.pause();
  if (recorder) recorder.stop();
  else listen().catch(() => {
    byId("trouble").textContent = "Микрофон недоступен. Разрешите его в браузере или напишите.";
    byId("trouble").hidden = false;
  });
});

if (!navigator.mediaDevices || !window.MediaRecorder) byId("microphone").hidden = true;
say("");
