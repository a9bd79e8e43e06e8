// The demo's page: draws what the server says and sends what is typed. Words are only ever set as text, never as HTML.
"use strict";

const ZONE = "Europe/London";
const SHOWN = 100; // bubbles of a phone, the newest; the server sends no more
const PEEK = 60; // characters of a text that a lock screen shows
const SILENT = 40000; // milliseconds without a sign of life: this computer slept, or the demo is gone
const byId = (id) => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const dayName = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: ZONE });
const shortDay = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: ZONE });
const phones = new Map();
let server = null;
let run = null;
let now = "";
let upcoming = [];

function make(tag, classes, text) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text !== undefined) element.textContent = text;
  return element;
}

// Times come with London's offset, so the clock's digits stand in the text itself.
const clockOf = (iso) => iso.slice(11, 16);
const dayOf = (iso) => iso.slice(0, 10);
const onDay = (iso) => (dayOf(iso) === dayOf(now) ? "" : `${shortDay.format(new Date(iso))} `) + clockOf(iso);

function timed(iso) {
  const time = make("time", "", onDay(iso));
  time.dateTime = iso;
  return time;
}

function untilThen(iso) {
  const seconds = Math.max(0, Math.round((new Date(iso) - new Date(now)) / 1000));
  if (seconds >= 86400) return `in ${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
  if (seconds >= 3600) return `in ${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

async function post(path, content) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
  } catch {
    return "The demo does not answer. Is it still running?";
  }
  if (answer.ok) return "";
  return answer.json().then((body) => body.error, () => "That did not work.");
}

const trouble = (words) => { byId("trouble").textContent = words; };
const report = async (answer) => trouble(await answer);

function drawClock(clock) {
  now = clock.now;
  byId("day").textContent = dayName.format(new Date(now));
  byId("now").textContent = clockOf(now);
  byId("now").dateTime = now;
  byId("going").textContent = clock.rate ? (clock.rate === 1 ? "running" : `running ${clock.rate}\u00d7`) : "paused";
  for (const button of all("[data-rate]")) button.setAttribute("aria-pressed", String(Number(button.dataset.rate) === clock.rate));
  for (const wall of all(".wall")) wall.textContent = clockOf(now);
  for (const date of all(".date")) date.textContent = dayName.format(new Date(now));
  for (const count of all("[data-until]")) count.textContent = untilThen(count.dataset.until);
  if (upcoming.length) byId("jump").textContent = `Next: ${onDay(upcoming[0].at)}`;
}

function drawNext(items) {
  upcoming = items;
  byId("next").replaceChildren(...items.slice(0, 6).map((one) => {
    const row = make("li");
    row.append(timed(one.at), make("span", "", one.words));
    return row;
  }));
  if (!items.length) byId("next").append(make("li", "none", "Nothing is due."));
  byId("jump").textContent = items.length ? `Next: ${onDay(items[0].at)}` : "Next";
}

function drawStory(happened) {
  byId("story").replaceChildren(...happened.toReversed().map((one) => {
    const row = make("li", one.grave ? "grave" : "");
    row.append(timed(one.at), make("span", "", one.words));
    return row;
  }));
  if (!happened.length) byId("story").append(make("li", "none", "Nothing yet. Press Next."));
}

function drawLadders(ladders) {
  const place = byId("ladders");
  place.replaceChildren(...ladders.map((one) => {
    const box = make("div", `ladder ${one.state}`);
    box.append(make("h3", "", one.heading), make("p", "", one.standing));
    const list = make("ol");
    for (const rung of one.rungs) {
      const waits = rung.here && one.state !== "taken";
      const row = make("li", `${waits ? "here" : ""} ${rung.told.length ? "told" : ""}`.trim(), rung.words);
      if (rung.told.length) row.append(": ", make("b", "", rung.told.join("; ")));
      list.append(row);
    }
    if (one.next_at) {
      const step = make("p", "step");
      const count = make("b", "", untilThen(one.next_at));
      count.dataset.until = one.next_at;
      step.append(count, ` ${one.next}`);
      box.append(step);
    }
    box.append(list);
    return box;
  }));
  if (!ladders.length) place.append(make("p", "none", "Nobody at the moment. A low answer, TALK or words of danger change that."));
}

function drawScene(scene) {
  for (const button of all("[data-scene]")) button.setAttribute("aria-pressed", String(button.dataset.scene === scene.id));
  byId("says").textContent = scene.says;
  byId("tries").replaceChildren(...scene.tries.map((one, place) => {
    const button = make("button", "", `${place ? "then" : "Try"}: ${one.phone} texts \u201c${one.text}\u201d`);
    button.type = "button";
    button.addEventListener("click", () => {
      phones.get(one.phone).show();
      phones.get(one.phone).send({ text: one.text });
    });
    return button;
  }));
}

function drawFlow(flow) {
  byId("flow").hidden = !flow;
  if (!flow) return;
  const runs = flow.running ? `Running: ${flow.running}.` : "Nothing of it runs yet.";
  const errors = flow.problems.filter((one) => one.severity === "error").length;
  byId("flow").classList.toggle("unfit", !flow.fit);
  byId("flow-words").textContent = flow.fit
    ? `${flow.file} is fit to run. ${runs} Save it again and it begins anew.`
    : `${flow.file} can't run as it was saved last: ${errors === 1 ? "one thing is" : `${errors} things are`} wrong. ${runs}`;
  byId("flow-problems").replaceChildren(...flow.problems.map((one) => {
    const row = make("li", one.severity);
    row.append(make("b", "", `Line ${one.line}`), ` ${one.words} (${one.code})`);
    return row;
  }));
}

class Phone {
  constructor(section) {
    this.name = section.dataset.phone;
    this.section = section;
    this.screen = section.querySelector(".screen");
    this.wrong = section.querySelector(".wrong");
    this.link = document.querySelector(`nav a[data-for="${CSS.escape(this.name)}"]`);
    this.badge = this.link.querySelector(".badge");
    const form = section.querySelector("form");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const box = form.elements.text;
      const text = box.value;
      box.value = "";
      if (await this.send({ text }) && !box.value) box.value = text;
    });
    this.condition = section.querySelector("select");
    this.condition.addEventListener("change", () => this.send({ behave: this.condition.value }));
    const peeks = section.querySelector(".peeks");
    peeks.addEventListener("click", () => {
      const locked = peeks.getAttribute("aria-pressed") !== "true";
      peeks.setAttribute("aria-pressed", String(locked));
      section.classList.toggle("locked", locked);
      section.querySelector(".lock").hidden = !locked;
      if (!locked) this.screen.scrollTop = this.screen.scrollHeight;
    });
    this.clear();
  }

  async send(content) {
    this.section.classList.add("busy");
    this.wrong.textContent = await post(`/demo/phones/${encodeURIComponent(this.name)}`, content);
    this.section.classList.remove("busy");
    return this.wrong.textContent;
  }

  show() {
    if (!this.visible) this.section.scrollIntoView({ block: "nearest", inline: "start" });
  }

  clear() {
    this.next = 0;
    this.unseen = 0;
    this.day = "";
    this.screen.replaceChildren();
  }

  draw(state, fresh) {
    if (state.first > this.next) {
      this.clear();
      this.next = state.first;
      this.screen.append(make("div", "day", `${state.first} earlier texts are not shown`));
    }
    for (let place = this.next; place < state.first + state.lines.length; place += 1) {
      this.add(state.lines[place - state.first], fresh);
      this.next = place + 1;
    }
    while (this.screen.children.length > SHOWN * 2) this.screen.firstChild.remove();
    this.section.querySelector(".way").textContent = state.way === "telegram" ? " by Telegram" : " by text";
    this.section.dataset.condition = state.behave;
    if (document.activeElement !== this.condition) this.condition.value = state.behave;
    this.drawLock(state.lines);
    this.showUnseen();
  }

  drawLock(lines) {
    let from = lines.length;
    while (from && lines[from - 1].from === "bot") from -= 1;
    const unread = lines.slice(from);
    const newest = unread.at(-1);
    const notice = this.section.querySelector(".notice");
    notice.hidden = !newest;
    this.section.querySelector(".more").textContent = unread.length > 1 ? `and ${unread.length - 1} more` : newest ? "" : "No new texts";
    if (!newest) return;
    const by = newest.way === "telegram" ? "Telegram" : "Messages";
    const whole = newest.text.replace(/\s+/g, " ");
    notice.querySelector(".sender").textContent = `${by} \u00b7 ${byId("phones").dataset[newest.way]} \u00b7 ${clockOf(newest.at)}`;
    notice.querySelector(".peek").textContent = whole.length > PEEK ? `${whole.slice(0, PEEK)}\u2026` : whole;
  }

  add(line, fresh) {
    const atEnd = this.screen.scrollHeight - this.screen.scrollTop - this.screen.clientHeight < 60;
    if (dayOf(line.at) !== this.day) {
      this.day = dayOf(line.at);
      this.screen.append(make("div", "day", dayName.format(new Date(line.at))));
    }
    const bubble = make("div", `${line.from} ${line.way}${fresh ? " fresh" : ""}`);
    bubble.append(make("div", "bubble", line.text));
    if (line.options.length) bubble.append(this.buttons(line.options));
    const by = line.way === "telegram" ? "Telegram" : "text";
    bubble.append(make("div", "when", `${clockOf(line.at)} \u00b7 ${line.sent === false ? "not sent" : by}`));
    if (line.sent === false) bubble.classList.add("unsent");
    this.screen.append(bubble);
    if (atEnd || line.from === "person" || !fresh) this.screen.scrollTop = this.screen.scrollHeight;
    if (fresh && line.from === "bot" && !this.visible) this.unseen += 1;
  }

  buttons(options) {
    for (const earlier of all(".options", this.screen)) earlier.classList.add("earlier");
    const row = make("div", "options");
    for (const option of options) {
      const button = make("button", "", option.text);
      button.type = "button";
      button.addEventListener("click", () => this.send({ press: option.id }));
      row.append(button);
    }
    return row;
  }

  showUnseen() {
    this.badge.hidden = !this.unseen;
    this.badge.textContent = this.unseen ? String(this.unseen) : "";
    if (this.unseen) this.link.setAttribute("aria-label", `${this.name}, ${this.unseen} new`);
    else this.link.removeAttribute("aria-label");
  }

  seen(visible) {
    this.visible = visible;
    if (visible) {
      this.unseen = 0;
      this.link.setAttribute("aria-current", "true");
    } else this.link.removeAttribute("aria-current");
    this.showUnseen();
  }
}

function draw(state) {
  const anew = run !== state.run;
  if (anew) for (const phone of phones.values()) phone.clear();
  if (server && server !== state.server) trouble("The demo was started again. This is how things stand now.");
  ({ server, run } = state);
  document.body.dataset.run = run;
  now = state.clock.now;
  drawNext(state.next);
  drawLadders(state.ladders);
  drawStory(state.story);
  if (anew) drawScene(state.scene);
  drawFlow(state.flow);
  drawClock(state.clock);
  for (const [name, content] of Object.entries(state.phones)) phones.get(name)?.draw(content, !anew);
}

let source = null;
let heard = 0;

function listen() {
  source?.close();
  source = new EventSource("/demo/events");
  heard = Date.now();
  const on = (name, does) => source.addEventListener(name, (event) => {
    heard = Date.now();
    if (document.body.classList.contains("away")) trouble("");
    document.body.classList.remove("away");
    does?.(event.data && JSON.parse(event.data));
  });
  on("state", draw);
  on("clock", drawClock);
  source.addEventListener("beat", () => { heard = Date.now(); });
  source.addEventListener("error", away);
}

function away() {
  document.body.classList.add("away");
  trouble("Not connected: what you see may be old. Trying again; nothing is lost.");
  if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
}

function wake() {
  if (Date.now() - heard < SILENT) return;
  away();
  listen();
}

const TOUR = [
  ["phones", "Five phones: Isla and Callum get support, Rhona is a peer worker, Morag and Ewan are supervisors. Type on any of them, as anybody."],
  ["clock", "Time stands still until you move it. Next goes to the next thing that is due; 60\u00d7 and 600\u00d7 let it run."],
  ["phone-Isla", "Press Next until the check-in comes, then answer 2 as Isla. That is low enough for a person to be told."],
  ["beside", "Here you see who is told, who comes next and when, and why each thing happened. A supervisor takes it by texting 1."],
  ["scenes", "Other scenes begin elsewhere. Under each phone: how a text looks on its lock screen, and what happens when it is off."],
];
let place = 0;

function tour(step) {
  for (const lit of all(".lit")) lit.classList.remove("lit");
  byId("tour").hidden = step === null;
  if (step === null) return;
  place = step;
  const [target, words] = TOUR[place];
  byId("tour-place").textContent = `${place + 1} of ${TOUR.length}`;
  byId("tour-words").textContent = words;
  byId("tour-next").textContent = place + 1 < TOUR.length ? "Next step" : "Done";
  byId(target).classList.add("lit");
}

function remembered(value) {
  try {
    if (value) localStorage.setItem("blether-tour", value);
    return localStorage.getItem("blether-tour");
  } catch {
    return value;
  }
}

function closeTour() {
  remembered("closed");
  tour(null);
  byId("tour-open").focus();
}

for (const section of all(".phone")) phones.set(section.dataset.phone, new Phone(section));
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) phones.get(entry.target.dataset.phone).seen(entry.intersectionRatio >= 0.5);
}, { root: byId("phones"), threshold: [0, 0.5] });
for (const phone of phones.values()) watcher.observe(phone.section);
for (const button of all("[data-rate]")) button.addEventListener("click", () => report(post("/demo/clock", { rate: Number(button.dataset.rate) })));
for (const button of all("[data-scene]")) button.addEventListener("click", () => report(post("/demo/scene", { scene: button.dataset.scene })));
byId("jump").addEventListener("click", () => report(post("/demo/clock", { jump: "next" })));
byId("reset").addEventListener("click", () => report(post("/demo/reset", {})));
byId("tour-open").addEventListener("click", () => { tour(0); byId("tour-next").focus(); });
byId("tour-next").addEventListener("click", () => (place + 1 < TOUR.length ? tour(place + 1) : closeTour()));
byId("tour-close").addEventListener("click", closeTour);
if (!remembered()) tour(0);
setInterval(wake, 5000);
document.addEventListener("visibilitychange", wake);
addEventListener("pageshow", wake);
listen();
