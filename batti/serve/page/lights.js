// The lights as a list: the plan for those who cannot see it, and a switch for each light.

import { Refused, post } from "./api.js";
import { brightnessOf, colourOf, css } from "./colour.js";
import { lightName, stateOf } from "./describe.js";
import { byId, el } from "./dom.js";
import { house, keyOf } from "./state.js";
import { announce, mention, problemText } from "./tell.js";
import { called, number, t } from "./words.js";

export function showLights() {
  house.addEventListener("lights", ({ detail }) => {
    draw();
    tell(detail.changed);
  });
  house.addEventListener("home", draw);
}

export function draw() {
  const focused = document.activeElement?.closest?.("#lights [data-key]")?.dataset.key;
  byId("lights").replaceChildren(...house.home.rooms.map(roomOf));
  if (focused) document.querySelector(`#lights [data-key="${CSS.escape(focused)}"]`)?.focus();
}

function roomOf(room) {
  return el(
    "li",
    {},
    house.lightsOf(room.name).map((light) => {
      const name = light.light ? lightName(room.name, light.light) : called(room);
      const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
      if (light.on) swatch.style.setProperty("--light", css(colourOf(light)));
      swatch.style.setProperty("--level", String(brightnessOf(light)));
      return el(
        "button",
        {
          type: "button",
          role: "switch",
          "aria-checked": String(light.on),
          "data-key": keyOf(light),
          class: light.light ? "light own" : "light",
          click: () => press(room.name, light.light),
        },
        swatch,
        el("span", {}, name),
        el("small", {}, stateOf(light)),
      );
    }),
  );
}

/** Switches a light, or all of a room: off where one is on. */
export async function press(room, light = null) {
  const meant = house.lightsOf(room).filter((one) => light === null || one.light === light);
  const action = { room, action: meant.some((one) => one.on) ? "turn_off" : "turn_on" };
  if (light) action.light = light;
  try {
    const answer = await post("/v1/commands", { command: { actions: [action] } });
    if (answer.status !== "done") announce(answer.reply.text, answer.reply.language, true);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    announce(problemText(error), null, true);
  }
}

function tell(changed) {
  if (changed.length > 4) return mention(t("lights.changed", { count: number(changed.length) }));
  const said = changed.map((light) => {
    const place = called(house.room(light.room) ?? { name: light.room });
    return t("do", {
      place: light.light ? t("light.in", { light: lightName(light.room, light.light), room: place }) : place,
      what: stateOf(light),
    });
  });
  if (said.length) mention(said.join("; "));
}
