// What is said to the house, and what comes of it.

import { Refused, get, post, streamed } from "./api.js";
import { confirmed } from "./confirm.js";
import { yamlOf } from "./describe.js";
import { byId, el, recall, remember } from "./dom.js";
import { listenTo } from "./speech.js";
import { house } from "./state.js";
import { announce, problemText } from "./tell.js";
import { turnOf } from "./turn.js";
import { called, calledIn, language, t } from "./words.js";

const KEPT = 40; // turns
const NARROW = matchMedia("(max-width: 66rem)"); // as in base.css
const SHOWN = 6; // examples at a time

let turns = recall("turns", []);
let streams = false; // whether the chosen model writes word by word
let recalled = -1; // which earlier sentence stands in the input

/** Makes the form, the examples and the history work. */
export function startTalking() {
  const form = byId("talk");
  const input = byId("say");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const sentence = input.value.trim();
    if (!sentence) return;
    input.value = "";
    recalled = -1;
    say(sentence);
  });
  input.addEventListener("keydown", recallOlder);
  byId("here").addEventListener("change", ({ target }) => house.standIn(target.value));
  byId("forget").addEventListener("click", () => keep([]));
  byId("more-examples").addEventListener("click", () => showExamples(true));
  house.addEventListener("home", () => {
    showRooms();
    showExamples();
  });
  listenTo(input, () => form.requestSubmit());
}

/** Which model answers, as /v1/models tells of it. */
export function modelIs(model) {
  streams = model.streams;
}

/** Says a sentence, and whatever has to be said after it: a room, a yes, one of two readings. */
export async function say(sentence, more = {}) {
  const turn = { sentence, status: "pending", at: Date.now(), ...(more.room ? { room: more.room } : {}) };
  keep([turn, ...turns]);
  const explained = streams ? null : explain(turn, more); // such models point at no words
  try {
    const asked = streams && !more.command ? await written(turn, more) : {};
    const answer = await carriedOut({ sentence, room: house.here || undefined, ...more, ...asked });
    Object.assign(turn, shown(answer), { room: more.room });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    turn.status = "refused";
    turn.reply = { text: problemText(error), language: language() };
    if (error.status === 0) byId("say").value ||= sentence; // nothing that was typed is lost
  }
  announce(turn.reply.text, turn.reply.language, NARROW.matches); // there the turns are below what is seen
  await explained;
  keep(turns);
}

/** Carries it out; what is asked back is asked, and not done without a yes. */
async function carriedOut(request) {
  const answer = await post("/v1/commands", { ...request, ask_before_all: true });
  if (answer.status !== "needs_confirmation") return answer;
  announce(answer.reply.text, answer.reply.language);
  const choice = await confirmed(answer);
  if (!choice) return { ...answer, status: "refused", reply: { text: t("talk.left"), language: language() } };
  const { command, confidence } = choice;
  const { sentence, room } = request;
  const done = await post("/v1/commands", { sentence, room, command, confirm: true, ask_before_all: true });
  if (!answer.understood) return done;
  const understood = { ...answer.understood, yaml: yamlOf(command) };
  return { ...done, understood: { ...understood, confidence: confidence ?? understood.confidence } };
}

/** What a model writes, as it writes it; then the command, so that it need not be asked twice. */
async function written(turn, more) {
  turn.yaml = "";
  const body = { sentence: turn.sentence, room: more.room ?? (house.here || undefined) };
  for await (const [name, data] of streamed("/v1/interpret/stream", body)) {
    if (name === "problem") throw new Refused(503, { detail: data.detail, errors: [{ hint: data.hint }] });
    if (name === "piece") turn.yaml += data.text;
    else if (!data.needs_confirmation && data.command.actions.length) {
      turn.confidence = data.confidence;
      turn.model = data.model;
      return { command: data.command };
    }
    showTurns();
  }
  return {};
}

function shown({ status, reply, understood, command, scheduled }) {
  const seen = { status, reply, command, scheduled: scheduled.length };
  if (understood)
    Object.assign(seen, { yaml: understood.yaml, confidence: understood.confidence, model: understood.model });
  return seen;
}

/** Which words were taken for what; models that point at no words leave it out. */
async function explain(turn, more) {
  try {
    const found = await post("/v1/explain", { sentence: turn.sentence, room: more.room ?? (house.here || undefined) });
    turn.parts = found.explanation.flat().map(({ name, value, words }) => ({ name, value, words }));
    turn.text = found.command;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

// --- history -------------------------------------------------------------------------------------

function keep(some) {
  turns = some.slice(0, KEPT);
  remember(
    "turns",
    turns.filter((turn) => turn.status !== "pending"),
  );
  showTurns();
}

export function showTurns() {
  const again = {
    say: (sentence) => say(sentence),
    edit: (sentence) => {
      byId("say").value = sentence;
      byId("say").focus();
    },
    inRoom: (turn, room) => say(turn.sentence, { room }),
  };
  byId("turns").replaceChildren(...turns.map((turn, index) => turnOf(turn, index === 0, again)));
  byId("forget").hidden = turns.length === 0;
  byId("silence").hidden = turns.length > 0;
}

/** Up and down bring earlier sentences back. */
function recallOlder(event) {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  const said = [...new Set(turns.map((turn) => turn.sentence))];
  if (!step || (recalled === -1 && event.target.value)) return;
  event.preventDefault();
  recalled = Math.min(said.length - 1, Math.max(-1, recalled + step));
  event.target.value = said[recalled] ?? "";
}

// --- what helps to begin -------------------------------------------------------------------------

export function showRooms() {
  const options = house.home.rooms.map((room) => el("option", { value: room.name }, called(room)));
  byId("here").replaceChildren(el("option", { value: "" }, t("here.nowhere")), ...options);
  byId("here").value = house.here;
}

let examples = null;
let from = 0;

/** Sentences to try, with the names that this home has in their language and script. */
async function showExamples(others = false) {
  examples ??= await get("examples.json");
  if (others) from += SHOWN;
  const known = examples.map(filled).filter(Boolean);
  const some = [...known, ...known].slice(from % known.length).slice(0, Math.min(SHOWN, known.length));
  byId("examples").replaceChildren(
    ...some.map(({ lang, text }) =>
      el("li", {}, el("button", { type: "button", class: "chip", lang, click: () => say(text) }, text)),
    ),
  );
}

function filled({ lang, text }, index) {
  const name = lang === "en" ? (room) => room.name : (room) => calledIn(room, lang === "ne");
  const names = house.home.rooms.map(name).filter(Boolean);
  const wanted = (text.match(/\{\d\}/g) ?? []).length;
  if (names.length < wanted) return null;
  return { lang, text: text.replace(/\{(\d)\}/g, (_, place) => names[(index * 2 + Number(place)) % names.length]) };
}
