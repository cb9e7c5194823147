// One turn of the talk: what was said, what was understood, what came of it.

import { lightName, placeName } from "./describe.js";
import { el } from "./dom.js";
import { house } from "./state.js";
import { called, certainty, clock, duration, number, percent, t } from "./words.js";

const WORKED = ["done", "answered", "scheduled", "cancelled"];
const EMPTY = ["none", "unknown_room"]; // intents, which no word of the sentence is

/** A turn as a list item; the latest shows all of itself. */
export function turnOf(turn, latest, { say, edit, inRoom }) {
  const state = turn.status === "pending" ? "pending" : WORKED.includes(turn.status) ? "worked" : "not";
  const item = el("li", { class: `turn ${state}`, "data-status": turn.status });
  item.append(saidBy(turn));
  if (turn.reply) item.append(el("p", { class: "reply", lang: turn.reply.language }, turn.reply.text));
  else
    item.append(
      el(
        "p",
        { class: "reply waiting" },
        el("span", { class: "unseen" }, t("talk.thinking")),
        el("i"),
        el("i"),
        el("i"),
      ),
    );
  if (turn.status === "needs_room" && latest) item.append(roomsFor(turn, inRoom));
  if (turn.confidence !== undefined) item.append(sureness(turn.confidence));
  if (turn.yaml !== undefined) item.append(written(turn, latest));
  item.append(
    el(
      "p",
      { class: "again" },
      el("time", {}, clock(new Date(turn.at), undefined)),
      el("button", { type: "button", class: "link", click: () => say(turn.sentence) }, t("turn.again")),
      el("button", { type: "button", class: "link", click: () => edit(turn.sentence) }, t("turn.edit")),
    ),
  );
  return item;
}

/** The sentence, what each word was taken for written below it. Spans count code points. */
function saidBy({ sentence, text, parts = [] }) {
  const words = parts
    .filter(({ value }) => !EMPTY.includes(value))
    .flatMap(({ name, value, words }) =>
      joined(words).map(([from, to], index) => ({ name, value, from, to, first: index === 0 })),
    );
  words.sort((one, other) => one.from - other.from);
  const letters = [...(text ?? sentence)];
  const between = (from, to) => letters.slice(from, to).join("");
  const line = el("p", { class: "said" });
  let at = 0;
  for (const { name, value, from, to, first } of words) {
    if (from < at) continue; // said once for two entries
    const below = el("rt", {}, first ? meaning(name, value) : "");
    line.append(between(at, from), el("ruby", { class: name }, el("span", {}, between(from, to)), below));
    at = to;
  }
  line.append(between(at));
  return line;
}

/** Words that stand side by side as one. */
function joined(words) {
  const made = [];
  for (const [from, to] of [...words].sort(([one], [other]) => one - other)) {
    if (made.length && from <= made.at(-1)[1] + 1) made.at(-1)[1] = to;
    else made.push([from, to]);
  }
  return made;
}

function meaning(name, value) {
  if (name === "place" || name === "except") {
    const shown = placeOf(value);
    return name === "except" ? t("do.except", { rooms: shown }) : shown;
  }
  if (name === "after" || name === "for") return t(`do.${name}`, { time: duration(value) });
  if (name === "at") return t("do.at", { time: number(value) });
  const [action, much] = value.split(", ");
  return much ? amount(much) : t(`do.${action}`);
}

function placeOf(value) {
  if (value === "not in this home") return t("place.unknown");
  const [, light, room] = /^(.+), in (.+)$/.exec(value) ?? [];
  return room && house.room(room)
    ? t("light.in", { light: lightName(room, light), room: placeName(room) })
    : placeName(value);
}

function amount(said) {
  const [key, value] = said.split(" ");
  if (key === "color") return t(`colour.${value}`);
  if (key === "color_temp") return t("kelvin", { kelvin: number(Number(value)) });
  if (key === "brightness") return percent(Number(value));
  return t(Number(value) > 0 ? "do.brighter" : "do.dimmer", { step: percent(Math.abs(Number(value))) });
}

function sureness(confidence) {
  const low = house.home?.confirm_below ?? 0.6;
  const level = confidence >= 0.95 ? "very" : confidence >= 0.8 ? "fairly" : confidence >= low ? "little" : "not";
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  bar.firstChild.style.width = `${confidence * 100}%`;
  return el("p", { class: `sure ${level}` }, bar, el("span", {}, t(`sure.${level}`, { share: certainty(confidence) })));
}

function written({ yaml, model }, open) {
  const summary = el("summary", {}, t("turn.yaml"), model && model !== "batti" ? el("small", {}, ` ${model}`) : "");
  return el(
    "details",
    { open },
    summary,
    el("pre", { tabindex: "0", "aria-label": t("turn.yaml") }, el("code", { lang: "en" }, coloured(yaml))),
  );
}

/** YAML, its keys and values told apart. */
function coloured(yaml) {
  return yaml.split(/(?<=\n)/).map((line) => {
    const [, before, key, value] = /^([\s-]*)([\w]+:)([^]*)$/.exec(line) ?? [null, line];
    return key ? [before, el("b", {}, key), el("span", {}, value)] : line;
  });
}

function roomsFor(turn, inRoom) {
  const chips = house.home.rooms.map((room) =>
    el("li", {}, el("button", { type: "button", class: "chip", click: () => inRoom(turn, room.name) }, called(room))),
  );
  return el("ul", { class: "chips", "aria-label": t("turn.which") }, chips);
}
