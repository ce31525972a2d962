// The page of the demo: draws the state it is sent, sends the keys it is given. No rules of telephony here.
"use strict";

(() => {
  const steps = JSON.parse(document.getElementById("steps").textContent);
  const cards = new Map([...document.querySelectorAll("[data-phone]")].map((card) => [card.dataset.phone, card]));
  const tones = new Map([...document.querySelectorAll("[data-person]")].map((li, at) => [li.dataset.person, at + 1]));
  const link = document.querySelector(".link");
  const part = (root, name) => root.querySelector(`[data-part="${name}"]`);

  let state = null;
  let newest = 0;
  let chosen = null; // the step a visitor looks at; null follows the tour
  let player = null; // the running "Show me"

  // --- talking to the server

  // One after the other, or fast typing could arrive out of order.
  let queue = Promise.resolve();
  function post(path, body) {
    queue = queue.then(() =>
      fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body || {}) })
    ).catch(() => setLink("lost"));
    return queue;
  }

  function act(phone, action) {
    return post(`phones/${phone}/${action}`);
  }

  function press(phone, key) {
    const button = cards.get(phone).querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (button) {
      button.classList.add("pressed");
      setTimeout(() => button.classList.remove("pressed"), 160);
    }
    return post(`phones/${phone}/press`, { key });
  }

  function setLink(what) {
    link.dataset.link = what;
    link.lastElementChild.textContent = { live: "Live, on this machine only", lost: "Connection lost, retrying…" }[what];
  }

  function listen() {
    const source = new EventSource("events");
    source.onmessage = (event) => {
      setLink("live");
      draw(JSON.parse(event.data));
    };
    source.onerror = () => setLink("lost");
  }

  // --- drawing

  function text(node, value) {
    if (node && node.textContent !== value) node.textContent = value;
  }

  function draw(next) {
    state = next;
    state.phones.forEach(drawPhone);
    state.people.forEach(drawPerson);
    drawFeed();
    drawHints();
    drawTour();
  }

  function drawPhone(phone) {
    const card = cards.get(phone.id);
    const main = part(card, "main");
    const sub = part(card, "sub");
    const idle = phone.state === "idle";
    text(part(card, "top"), phone.top);
    text(main, !phone.plugged ? "No network" : idle ? idleText(phone) : phone.main);
    main.classList.toggle("idle", idle);
    main.classList.toggle("words", phone.state === "listening");
    const typing = phone.state === "dial tone" || phone.asks !== "" || phone.entry !== "";
    sub.classList.toggle("typed", typing);
    text(sub, phone.state === "listening" ? phone.entry : phone.sub);
    card.classList.toggle("ringing", phone.state === "ringing");
    card.classList.toggle("busy", !idle && phone.state !== "ringing");
    drawButtons(card, phone);
    card.classList.toggle("unplugged", !phone.plugged);
    drawCable(card, phone);
    const lamp = part(card, "lamp");
    if (lamp) lamp.classList.toggle("lit", phone.lamp);
    drawSeat(card, phone);
  }

  function drawCable(card, phone) {
    const cable = card.querySelector('[data-act="cable"]');
    if (!cable) return;
    text(cable, phone.plugged ? "Unplug" : "Plug in");
    cable.setAttribute("aria-label", `${cable.textContent} ${phone.label}`);
  }

  function idleText(phone) {
    if (phone.id === "outside" || phone.id === "1001") return "Ready";
    return phone.user ? "Ready. *12 leaves." : "Ready. *11 sits down.";
  }

  function drawButtons(card, phone) {
    const go = card.querySelector('[data-act="lift"]');
    const stop = card.querySelector('[data-act="hangup"]');
    const dialling = phone.state === "dial tone" && phone.main !== "";
    const ringing = phone.state === "ringing";
    text(part(card, "go"), ringing ? "Answer" : dialling ? "Call" : "Pick up");
    go.classList.toggle("call", ringing || dialling);
    go.disabled = !phone.plugged || !(ringing || dialling || phone.state === "idle" || phone.state === "ended");
    stop.disabled = phone.state === "idle";
    text(stop.lastElementChild, ringing ? "Decline" : "Hang up");
    card.querySelectorAll("[data-dial]").forEach((button) => {
      button.disabled = phone.state !== "idle" && phone.state !== "ended";
    });
  }

  function drawSeat(card, phone) {
    const seat = part(card, "seat");
    if (!seat || seat.dataset.user === (phone.user || "-")) return;
    seat.dataset.user = phone.user || "-";
    seat.classList.toggle("taken", Boolean(phone.user));
    const face = part(card, "face");
    face.textContent = phone.name.split(" ").map((word) => word[0] || "").join("");
    face.dataset.tone = tones.get(phone.user) || "";
    const who = part(card, "who");
    who.textContent = phone.user ? phone.name : "Nobody sits here";
    if (phone.user) who.append(make("small", "", phone.user));
  }

  function drawPerson(person) {
    const where = part(document.querySelector(`[data-person="${person.extension}"]`), "where");
    const mail = person.messages ? `, ${person.messages} message${person.messages > 1 ? "s" : ""}` : "";
    const away = person.virtual ? "not at a phone" : "at his own phone";
    text(where, (person.at ? `at ${person.at}` : away) + mail);
    where.classList.toggle("seated", Boolean(person.at));
  }

  function make(tag, cls, content) {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (content !== undefined) node.textContent = content;
    return node;
  }

  // Newest deed first; below each, the keys it changed in the order they changed.
  function drawFeed() {
    const latest = state.feed.length ? state.feed[0].id : 0;
    if (latest === newest || !latest) return;
    const deeds = [];
    for (const item of [...state.feed].reverse()) {
      if (item.kind === "note" || !deeds.length || item.time - deeds[deeds.length - 1].last > 30) {
        deeds.push({ note: item.kind === "note" ? item.text : "From the panel or the command line", time: item.time, last: item.time, keys: [] });
      }
      if (item.kind === "key") {
        deeds[deeds.length - 1].keys.push(item);
        deeds[deeds.length - 1].last = item.time;
      }
    }
    const feed = document.querySelector(".feed");
    feed.replaceChildren(...deeds.reverse().map(drawDeed));
    feed.scrollTop = 0;
    newest = latest;
  }

  function drawDeed(deed) {
    const block = make("div", "deed");
    const head = make("h3", "", deed.note);
    head.append(make("time", "", new Date(deed.time * 1000).toLocaleTimeString([], { hour12: false })));
    block.append(head, ...deed.keys.map(drawChange));
    return block;
  }

  function drawChange(item) {
    const row = make("div", item.id > newest && newest ? "change fresh" : "change");
    const long = `${item.old}${item.new}`.length > 34;
    const values = make("div", long ? "values long" : "values");
    const now = make("span", "now", "→ ");
    now.append(chip(item.new, "new"));
    values.append(chip(item.old, "old"), now);
    const line = make("div", "line");
    line.append(make("code", "", item.text), values);
    row.append(line);
    if (item.reason) row.append(make("p", "", item.reason));
    return row;
  }

  function chip(value, cls) {
    if (value === null) return make("span", "value none", "absent");
    return make("span", `value ${cls}`, value === "" ? "“”" : value);
  }

  function drawHints() {
    const body = document.querySelector(".hints tbody");
    const names = new Map([...state.people.map((p) => [p.extension, p.name]), ...state.phones.map((p) => [p.id, p.label])]);
    state.hints.forEach((hint, at) => {
      let row = body.rows[at];
      if (!row) {
        row = body.insertRow();
        for (let cell = 0; cell < 3; cell += 1) row.insertCell();
      }
      if (row.dataset.extension !== hint.extension) {
        row.dataset.extension = hint.extension;
        row.cells[0].replaceChildren(make("b", "", hint.extension), make("small", "", names.get(hint.extension) || ""));
      }
      const devices = hint.application.split(",")[0].split("&").filter((d) => d && !d.startsWith("Custom:DND"));
      text(row.cells[1], devices.join(" ") || "no phone");
      row.cells[1].title = hint.application;
      text(row.cells[2], hint.state);
      row.cells[2].className = `state ${hint.state.replace("&", "-")}`;
    });
    while (body.rows.length > state.hints.length) body.deleteRow(-1);
  }

  // --- the tour

  function isDone(id) {
    return state.tour.some((step) => step.id === id && step.done);
  }

  function current() {
    return chosen || (player && player.step) || steps.find((step) => !isDone(step.id)) || null;
  }

  function drawTour() {
    const step = current();
    document.querySelectorAll("[data-step]").forEach((button) => {
      const done = isDone(button.dataset.step);
      button.classList.toggle("done", done);
      button.setAttribute("aria-label", `${button.lastElementChild.textContent}${done ? ", done" : ""}`);
      if (step && button.dataset.step === step.id) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    const show = document.querySelector('[data-tour="show"]');
    const say = (title, words) => {
      text(document.querySelector('[data-tour="title"]'), title);
      text(document.querySelector('[data-tour="text"]'), words);
    };
    if (step) {
      const number = steps.indexOf(step) + 1;
      say(`${number}. ${step.title}.`, isDone(step.id) && !player ? `${step.result} ${step.text}` : step.text);
    } else {
      say("That is all of it.", "No reload, no reboot, no re-registration: a few keys in Asterisk’s database.");
    }
    show.hidden = !step;
    text(show, player ? "Stop" : "Show me");
    show.classList.toggle("playing", Boolean(player));
  }

  // Where the phones stand one below the other, go where something happens.
  function bring(node) {
    const block = window.innerWidth > 760 ? "nearest" : node.matches(".tour") ? "start" : "center";
    node.scrollIntoView({ block, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));
  const phoneOf = (id) => state.phones.find((phone) => phone.id === id);

  async function reached(run, until) {
    const [id, what] = until.split(":");
    for (let waited = 0; waited < 8000 && player === run; waited += 50) {
      const phone = phoneOf(id);
      if (phone.asks === what || phone.state === what) return;
      await sleep(50);
    }
  }

  async function perform(run, presses) {
    for (const step of presses) {
      if (player === run) bring(cards.get(step.phone));
      for (const word of step.keys.split(" ")) {
        if (player !== run) return;
        if (word === "wait") await sleep(900);
        else if (word === "lift" || word === "hangup") await act(step.phone, word);
        else for (const key of word) {
          if (player !== run) return;
          await press(step.phone, key);
          await sleep(230);
        }
        await sleep(250);
      }
      if (step.until) await reached(run, step.until);
    }
  }

  async function tidy() {
    for (const phone of state.phones) {
      if (!phone.plugged) await act(phone.id, "plug");
      if (phone.state !== "idle") await act(phone.id, "hangup");
    }
  }

  async function show(step) {
    const run = { step };
    player = run;
    chosen = null;
    drawTour();
    await tidy();
    await sleep(250);
    if (step.at && phoneOf(step.at).user !== "1003") await perform(run, step.before);
    if (player === run) await perform(run, step.show);
    if (player === run) {
      player = null;
      drawTour();
      bring(document.querySelector(".tour"));
    }
  }

  // Everybody leaves first, the way everybody would: by *12.
  async function startAgain() {
    const run = { step: steps[0] };
    player = run;
    chosen = null;
    await tidy();
    await sleep(200);
    for (const phone of state.phones.filter((each) => each.user)) {
      await perform(run, [{ phone: phone.id, keys: "lift *12", until: `${phone.id}:idle` }]);
    }
    if (player !== run) return;
    await post("tour/restart");
    player = null;
    drawTour();
  }

  // --- what the visitor does

  document.querySelector('[data-tour="show"]').addEventListener("click", () => {
    if (player) {
      player = null;
      drawTour();
    } else if (current()) {
      show(current());
    }
  });

  document.querySelector('[data-tour="restart"]').addEventListener("click", () => {
    startAgain();
  });

  document.querySelector(".steps").addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    player = null;
    chosen = steps.find((step) => step.id === button.dataset.step);
    drawTour();
  });

  async function dial(phone, number) {
    await act(phone, "lift");
    for (const key of number) await press(phone, key);
  }

  cards.forEach((card, id) => {
    card.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.key) press(id, button.dataset.key);
      else if (button.dataset.act === "cable") act(id, phoneOf(id).plugged ? "unplug" : "plug");
      else if (button.dataset.act) act(id, button.dataset.act);
      else if (button.dataset.dial) dial(id, button.dataset.dial);
    });
    card.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^[0-9*#]$/.test(event.key)) press(id, event.key);
      else if (event.key === "Escape") act(id, "hangup");
      else if (event.key === "Enter" && event.target === card) act(id, "lift");
      else return;
      event.preventDefault();
    });
  });

  // The seconds of a call.
  setInterval(() => {
    if (!state) return;
    state.phones.filter((phone) => phone.since).forEach((phone) => {
      const seconds = Math.max(0, Math.floor(Date.now() / 1000 - phone.since));
      text(part(cards.get(phone.id), "top"), `Connected ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
    });
  }, 500);

  listen();
})();
