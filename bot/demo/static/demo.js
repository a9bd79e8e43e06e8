// The demo's page: draws what the server says and sends what is typed. Words are only ever set as text, never as HTML.
"use strict";

const ZONE = "Europe/London";
const byId = (id) => document.getElementById(id);
const dayName = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: ZONE });
const shortDay = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: ZONE });
const phones = new Map();
let run = null;
let now = "";
let shownNext = null;

function make(tag, classes, text) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text !== undefined) element.textContent = text;
  return element;
}

// Times come with London's offset, so the clock's digits stand in the text itself.
const clockOf = (iso) => iso.slice(11, 16);
const dayOf = (iso) => iso.slice(0, 10);

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

function drawClock(clock) {
  now = clock.now;
  byId("day").textContent = dayName.format(new Date(now));
  byId("now").textContent = clockOf(now);
  byId("now").dateTime = now;
  byId("going").textContent = clock.rate ? (clock.rate === 1 ? "running" : `running ${clock.rate}\u00d7`) : "paused";
  for (const button of document.querySelectorAll("[data-rate]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.rate) === clock.rate));
  }
  if (shownNext && shownNext.day !== dayOf(now)) drawNext(shownNext.items);
}

function drawNext(items) {
  shownNext = { day: dayOf(now), items };
  const list = byId("next");
  list.replaceChildren();
  for (const one of items.slice(0, 5)) {
    const row = make("li");
    const day = dayOf(one.at) === dayOf(now) ? "" : `${shortDay.format(new Date(one.at))} `;
    const time = make("time", "", day + clockOf(one.at));
    time.dateTime = one.at;
    row.append(time, make("span", "", one.words));
    list.append(row);
  }
  if (!items.length) list.append(make("li", "none", "Nothing is due."));
  byId("jump").textContent = items.length ? `Next: ${clockOf(items[0].at)}` : "Next";
}

function drawLadders(ladders) {
  const place = byId("ladders");
  place.replaceChildren();
  for (const one of ladders) {
    const box = make("div", "ladder");
    box.append(make("h3", "", one.heading), make("p", "", one.standing));
    const list = make("ol");
    for (const rung of one.rungs) {
      const waits = rung.here && one.state !== "taken";
      const row = make("li", `${waits ? "here" : ""} ${rung.told.length ? "told" : ""}`.trim(), rung.words);
      if (rung.told.length) row.append(": ", make("b", "", rung.told.join(", ")));
      list.append(row);
    }
    box.append(list);
    place.append(box);
  }
  if (!ladders.length) place.append(make("p", "none", "Nobody at the moment. A low answer, TALK or words of danger change that."));
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
      this.wrong.textContent = await post(this.path(), { text });
      if (this.wrong.textContent && !box.value) box.value = text;
    });
    this.clear();
  }

  path() {
    return `/demo/phones/${encodeURIComponent(this.name)}`;
  }

  clear() {
    this.next = 0;
    this.unseen = 0;
    this.day = "";
    this.screen.replaceChildren();
  }

  draw(state, fresh) {
    for (let place = Math.max(this.next, state.first); place < state.first + state.lines.length; place += 1) {
      this.add(state.lines[place - state.first], fresh);
      this.next = place + 1;
    }
    this.section.querySelector(".way").textContent = state.way === "telegram" ? " by Telegram" : " by text";
    this.showUnseen();
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
    bubble.append(make("div", "when", `${clockOf(line.at)} \u00b7 ${by}`));
    this.screen.append(bubble);
    if (atEnd || line.from === "person" || !fresh) this.screen.scrollTop = this.screen.scrollHeight;
    if (fresh && line.from === "bot" && !this.visible) this.unseen += 1;
  }

  buttons(options) {
    for (const earlier of this.screen.querySelectorAll(".options")) earlier.classList.add("earlier");
    const row = make("div", "options");
    for (const option of options) {
      const button = make("button", "", option.text);
      button.type = "button";
      button.addEventListener("click", async () => {
        this.wrong.textContent = await post(this.path(), { press: option.id });
      });
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
  run = state.run;
  drawClock(state.clock);
  drawNext(state.next);
  drawLadders(state.ladders);
  for (const [name, content] of Object.entries(state.phones)) phones.get(name)?.draw(content, !anew);
}

function listen() {
  const source = new EventSource("/demo/events");
  source.addEventListener("state", (event) => draw(JSON.parse(event.data)));
  source.addEventListener("clock", (event) => drawClock(JSON.parse(event.data)));
  source.addEventListener("open", () => { byId("trouble").textContent = ""; });
  source.addEventListener("error", () => {
    byId("trouble").textContent = "Not connected. Trying again; nothing is lost.";
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
  });
}

for (const section of document.querySelectorAll(".phone")) phones.set(section.dataset.phone, new Phone(section));
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) phones.get(entry.target.dataset.phone).seen(entry.intersectionRatio >= 0.5);
}, { root: byId("phones"), threshold: [0, 0.5] });
for (const phone of phones.values()) watcher.observe(phone.section);
const report = async (answer) => { byId("trouble").textContent = await answer; };
for (const button of document.querySelectorAll("[data-rate]")) {
  button.addEventListener("click", () => report(post("/demo/clock", { rate: Number(button.dataset.rate) })));
}
byId("jump").addEventListener("click", () => report(post("/demo/clock", { jump: "next" })));
listen();
