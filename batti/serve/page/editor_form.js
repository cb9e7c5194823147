// The fields of the home editor, and the home that they hold. Each field knows its path in the home file,
// as the service names it when something is wrong there.

import { el } from "./dom.js";
import { t } from "./words.js";

let entries = 0; // of rooms, made so far

/** The form of a home. */
export function entriesOf(home) {
  const rooms = el("div", { class: "entries", "data-list": "rooms" }, home.rooms.map(roomEntry));
  const groups = el("div", { class: "entries", "data-list": "groups" }, (home.groups ?? []).map(groupEntry));
  const form = el(
    "div",
    { class: "home-form" },
    field("name", t("editor.home"), home.name ?? ""),
    el("h3", {}, t("editor.rooms")),
    rooms,
    adder(t("editor.add.room"), rooms, () => roomEntry({ name: "" })),
    el("h3", {}, t("editor.groups")),
    groups,
    adder(t("editor.add.group"), groups, () => groupEntry({ name: "", rooms: [] })),
    el("h3", {}, t("editor.more")),
    field("confirm_below", t("editor.confirm"), String(home.confirm_below ?? 0.6), {
      type: "number",
      min: 0,
      max: 1,
      step: 0.05,
    }),
    field("time_zone", t("editor.zone"), home.time_zone ?? "Asia/Kathmandu"),
  );
  offerRooms(form);
  numberFields(form);
  rooms.addEventListener("input", () => offerRooms(form));
  return form;
}

/** What the form says the home is. */
export function homeIn(element) {
  const form = element.firstElementChild;
  numberFields(form);
  const home = { name: value(form, "name"), rooms: readRooms(form) };
  const groups = [...form.querySelectorAll("[data-list=groups] > [data-entry]")].map((entry) => ({
    ...named(entry),
    rooms: [...entry.querySelectorAll("[data-key=rooms] input:checked")].map((box) => box.value),
  }));
  if (groups.length) home.groups = groups;
  const certain = value(form, "confirm_below");
  home.confirm_below = certain === "" ? certain : Number(certain);
  home.time_zone = value(form, "time_zone");
  return home;
}

function readRooms(form) {
  return [...form.querySelectorAll("[data-list=rooms] > [data-entry]")].map((entry) => {
    const lights = [...entry.querySelectorAll("[data-list=lights] > [data-entry]")].map(named);
    return lights.length ? { ...named(entry), lights } : named(entry);
  });
}

function named(entry) {
  const aliases = value(entry, "aliases")
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);
  const name = value(entry, "name").trim();
  return aliases.length ? { name, aliases } : { name };
}

// The first field of that key is the entry's own: those of its lights come after it.
const value = (entry, key) => entry.querySelector(`[data-key=${key}]`).value;

function roomEntry(room) {
  const lights = el("div", { class: "entries", "data-list": "lights" }, (room.lights ?? []).map(lightEntry));
  const summary = el("summary", {}, el("span", {}, room.name || t("editor.new.room")));
  const add = adder(t("editor.add.light"), lights, () => lightEntry({ name: "" }));
  const made = entry(room, summary, names(room), lights, add, remover());
  made.dataset.id = String((entries += 1));
  return made;
}

function lightEntry(light) {
  return el("div", { "data-entry": true, class: "entry light" }, names(light), remover());
}

function groupEntry(group) {
  const rooms = el("fieldset", { "data-key": "rooms", tabindex: "-1" }, el("legend", {}, t("editor.group.rooms")));
  rooms.dataset.members = JSON.stringify(group.rooms);
  const summary = el("summary", {}, el("span", {}, group.name || t("editor.new.group")));
  return entry(group, summary, names(group), rooms, remover());
}

/** Has every group offer the rooms as they are called now; a room that gets another name stays in its groups. */
function offerRooms(form) {
  const rooms = [...form.querySelectorAll("[data-list=rooms] > [data-entry]")];
  for (const fieldset of form.querySelectorAll("fieldset[data-key=rooms]")) {
    const left = new Map([...fieldset.querySelectorAll("label")].map((label) => [label.dataset.of, label]));
    for (const room of rooms) {
      const name = value(room, "name").trim();
      const box =
        left.get(room.dataset.id) ?? checkbox(room.dataset.id, JSON.parse(fieldset.dataset.members).includes(name));
      left.delete(room.dataset.id);
      box.firstChild.value = name;
      box.lastChild.textContent = name || t("editor.new.room");
      fieldset.append(box);
    }
    for (const gone of left.values()) gone.remove();
  }
}

function checkbox(id, checked) {
  return el("label", { class: "check", "data-of": id }, el("input", { type: "checkbox", checked }), el("span"));
}

function entry(thing, summary, ...parts) {
  const made = el("details", { "data-entry": true, class: "entry", open: !thing.name }, summary, parts);
  made.querySelector("[data-key=name]").addEventListener("input", ({ target }) => {
    summary.firstChild.textContent = target.value || "…";
  });
  return made;
}

function names({ name, aliases = [] }) {
  const how = el("small", {}, ` ${t("editor.aliases.how")}`);
  return [
    field("name", t("editor.name"), name),
    el(
      "label",
      { class: "field" },
      el("span", {}, t("editor.aliases"), how),
      el("textarea", { "data-key": "aliases", rows: 2 }, aliases.join(", ")),
    ),
  ];
}

function field(key, label, text, more = {}) {
  return el(
    "label",
    { class: "field" },
    el("span", {}, label),
    el("input", { type: "text", "data-key": key, value: text, autocomplete: "off", ...more }),
  );
}

function adder(label, list, make) {
  return el(
    "button",
    {
      type: "button",
      class: "add",
      click: () => {
        const made = make();
        list.append(made);
        changed(list);
        made.querySelector("input").focus();
      },
    },
    label,
  );
}

function remover() {
  return el(
    "button",
    {
      type: "button",
      class: "link remove",
      click: ({ target }) => {
        const gone = target.closest("[data-entry]");
        const form = gone.closest(".home-form");
        (gone.nextElementSibling ?? gone.previousElementSibling ?? form).querySelector("summary, input")?.focus();
        gone.remove();
        changed(form);
      },
    },
    t("editor.remove"),
  );
}

/** An entry came or went. */
function changed(inside) {
  offerRooms(inside.closest(".home-form"));
  inside.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
}

/** Gives every field its path: rooms[0].lights[1].aliases. */
function numberFields(form) {
  const inside = (root, path) => {
    for (const one of root.querySelectorAll("[data-key]")) {
      if (one.closest("[data-entry]") === (path ? root : null))
        one.dataset.field = path ? `${path}.${one.dataset.key}` : one.dataset.key;
    }
    for (const list of root.querySelectorAll("[data-list]")) {
      if ((list.parentElement.closest("[data-entry]") ?? null) !== (path ? root : null)) continue;
      [...list.children].forEach((child, index) =>
        inside(child, `${path ? `${path}.` : ""}${list.dataset.list}[${index}]`),
      );
    }
  };
  inside(form, "");
}
