// The words of the page in its two languages: the data is in strings.json.

import { remember } from "./dom.js";

const STRINGS = await (await fetch("strings.json")).json();
const DEVANAGARI = /[\u0900-\u097f]/;

export const language = () => document.documentElement.lang;

/** Digits in the script of the language: not every browser has the locale for it. */
const digits = (text) =>
  language() === "ne" ? text.replace(/\d/g, (digit) => String.fromCharCode(0x966 + Number(digit))) : text;

/** A phrase in the language of the page, its {places} filled. */
export function t(key, values = {}) {
  return STRINGS[key][language()].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function choose(chosen) {
  document.documentElement.lang = chosen;
  remember("language", chosen);
}

/** Writes the phrases of what is in the page: data-t for its text, data-t-title and the like for attributes. */
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const name of ["title", "placeholder", "aria-label"]) {
    for (const element of root.querySelectorAll(`[data-t-${name}]`)) {
      element.setAttribute(name, t(element.getAttribute(`data-t-${name}`)));
    }
  }
}

/** What people who read the language of the page call a room, a group or a light. */
export function called(thing) {
  if (language() !== "ne" || DEVANAGARI.test(thing.name)) return thing.name;
  return (thing.aliases ?? []).find((alias) => DEVANAGARI.test(alias)) ?? thing.name;
}

/** A name of the home as a sentence of that script would have it. */
export function calledIn(thing, devanagari) {
  const names = [thing.name, ...(thing.aliases ?? [])];
  if (devanagari) return names.find((name) => DEVANAGARI.test(name));
  return (thing.aliases ?? []).find((name) => !DEVANAGARI.test(name)) ?? names.find((name) => !DEVANAGARI.test(name));
}

export const number = (value) => digits(String(value));

// Signed as Nepali and English both write it: the digits, then %.
export const percent = (share) => `${number(Math.round(share * 100))}%`;

/** A share of certainty: never "100%" of what is not certain. */
export const certainty = (share) => percent(share >= 1 ? 1 : Math.min(0.99, share));

export function clock(moment, zone) {
  const format = { hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  return digits(new Intl.DateTimeFormat("en-GB", format).format(moment));
}

/** `1h30m` as people write it. */
export function duration(text) {
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  return parts.map(([, count, unit]) => t(`unit.${unit}`, { count: number(Number(count)) })).join(" ");
}

/** Seconds that are left: 9:05, 1:00:00. */
export function countdown(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return digits(shown.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":"));
}

/** "a", "a and b", "a, b and c". */
export function listed(names) {
  if (names.length < 2) return names.join("");
  return t("and", { some: names.slice(0, -1).join(", "), last: names.at(-1) });
}
