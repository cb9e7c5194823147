// Asking back before something is done.

import { commandPhrase, roomsOf } from "./describe.js";
import { byId, el } from "./dom.js";
import { point } from "./plan.js";
import { certainty, t } from "./words.js";

/** Shows what is asked about, and resolves to the command that is to be done and how certain it is, or to null. */
export function confirmed({ reply, command, understood }) {
  const dialog = byId("confirm");
  const readings = (understood?.readings ?? []).filter((reading) => reading.actions.length);
  const choices = readings.length ? readings : [command];
  byId("confirm-title").textContent = t(readings.length ? "confirm.unsure" : "confirm.all");
  const phrase = (one) => (readings.length ? commandPhrase(one) : t("confirm.yes", { what: commandPhrase(one) }));
  byId("confirm-question").textContent = reply.text;
  byId("confirm-question").lang = reply.language;
  return new Promise((resolve) => {
    let chosen = null;
    const take = ({ confidence, ...command }) => {
      chosen = { command, confidence };
      dialog.close();
    };
    byId("confirm-choices").replaceChildren(...choices.map((one) => choiceOf(one, phrase(one), take)));
    dialog.addEventListener(
      "close",
      () => {
        point();
        focusAnew();
        resolve(chosen);
      },
      { once: true },
    );
    dialog.showModal();
    point(choices[0].actions.flatMap(roomsOf));
    // Enter right after a sentence is no yes: what does nothing has the focus.
    byId("confirm-no").focus();
  });
}

/** After a press on the dialog Chromium gives the input its focus back, but no caret: nothing could be typed. */
function focusAnew() {
  const focused = document.activeElement;
  focused?.blur();
  focused?.focus();
}

function choiceOf(one, phrase, take) {
  const show = () => point(one.actions.flatMap(roomsOf));
  const sure = one.confidence === undefined ? "" : el("small", {}, certainty(one.confidence));
  const button = el(
    "button",
    { type: "button", class: "choice", click: () => take(one), focus: show, pointerenter: show },
    el("span", {}, phrase),
    sure,
  );
  return el("li", {}, button);
}
