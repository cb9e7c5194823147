// Lights, actions and jobs in words.

import { house } from "./state.js";
import { called, clock, duration, listed, number, percent, t } from "./words.js";

/** What a place of a command is called: a room, a group, the whole house, here. */
export function placeName(name) {
  if (name === "all" || name === "here") return t(`place.${name}`);
  const group = house.home.groups?.find((one) => one.name === name);
  return called(house.room(name) ?? group ?? { name });
}

export function lightName(room, light) {
  const known = house.room(room)?.lights?.find((one) => one.name === light);
  return called(known ?? { name: light });
}

/** A light as it is: "off", "40% · blue". */
export function stateOf(light) {
  if (!light.reachable) return t("state.unreachable");
  if (!light.on) return t("state.off");
  const white = light.color_temp ? t("kelvin", { kelvin: number(light.color_temp) }) : "";
  const colour = light.color ? t(`colour.${light.color}`) : white;
  return [percent(light.brightness), colour].filter(Boolean).join(" · ");
}

/** The rooms that a place of a command is: of a group, of all, or the one. */
export function roomsOf({ room, except = [] }) {
  const here = room === "here" ? house.here : room;
  const group = house.home.groups?.find((one) => one.name === room);
  const names = room === "all" ? house.home.rooms.map((one) => one.name) : (group?.rooms ?? [here]);
  return names.filter((name) => !except.includes(name));
}

/** An action of a command as a phrase: "kitchen: off, in 10 min". */
export function actionPhrase(action) {
  const place = placeName(action.room);
  const where = action.light ? t("light.in", { light: lightName(action.room, action.light), room: place }) : place;
  const parts = [t("do", { place: where, what: what(action) })];
  if (action.except?.length) parts.push(t("do.except", { rooms: listed(action.except.map(placeName)) }));
  if (action.after) parts.push(t("do.after", { time: duration(action.after) }));
  if (action.at) parts.push(t("do.at", { time: number(action.at) }));
  if (action.for) parts.push(t("do.for", { time: duration(action.for) }));
  return parts.join(", ");
}

function what(action) {
  if (action.action === "adjust_brightness" && action.brightness_step) {
    const step = action.brightness_step;
    return t(step > 0 ? "do.brighter" : "do.dimmer", { step: percent(Math.abs(step)) });
  }
  if (action.action === "adjust_brightness") return percent(action.brightness);
  if (action.color) return t(`colour.${action.color}`);
  if (action.color_temp) return t("kelvin", { kelvin: number(action.color_temp) });
  return t(`do.${action.action}`);
}

export const commandPhrase = (command) => command.actions.map(actionPhrase).join("; ");

/** What a scheduled job will do. Its times are told by its countdown. */
export function jobPhrase(job) {
  const atOnce = job.actions.map(({ after, at, ...action }) => actionPhrase(action));
  if (job.kind === "do") return atOnce.join("; ");
  const lights = job.lights.map(({ room, light }) => (light ? lightName(room, light) : placeName(room)));
  return t("job.undo", { lights: listed([...new Set(lights)]) });
}

/** The rooms that a job is about. */
export function jobRooms(job) {
  return new Set([...job.actions.flatMap(roomsOf), ...job.lights.map(({ room }) => room)]);
}

export const jobTime = (job) => clock(new Date(job.run_at), house.home.time_zone ?? "Asia/Kathmandu");
export const secondsLeft = (job) => Math.max(0, (Date.parse(job.run_at) - Date.now()) / 1000);

/** A command as the service writes it, for reading. */
export function yamlOf({ intent, rooms, actions }) {
  const plain = (value) =>
    typeof value === "string" && /[^\p{L}\p{M}\p{N} _-]/u.test(value) ? JSON.stringify(value) : value;
  const scalar = (value) => (Array.isArray(value) ? `[${value.map(plain).join(", ")}]` : plain(value));
  const entry = (action) =>
    Object.entries(action)
      .map(([key, value]) => `${key}: ${scalar(value)}`)
      .join("\n    ");
  return `intent: ${intent}\nrooms: ${scalar(rooms)}\nactions:\n${actions.map((one) => `  - ${entry(one)}\n`).join("")}`;
}
