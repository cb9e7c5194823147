// Speaking instead of typing, where the browser can (Web Speech).

import { byId, recall, remember } from "./dom.js";
import { announce } from "./tell.js";
import { t } from "./words.js";

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

/** Makes the microphone write into an input, and call `done` at the end of a sentence; without one, it is not there. */
export function listenTo(input, done) {
  const [button, choice] = [byId("speak"), byId("speech-language")];
  button.hidden = choice.hidden = !Recognition;
  if (!Recognition) return;
  for (const radio of choice.querySelectorAll("input")) {
    radio.checked = radio.value === recall("speech", "ne-NP");
    radio.addEventListener("change", () => remember("speech", radio.value));
  }
  const ear = new Recognition();
  ear.interimResults = true;
  let heard = false;
  const listening = (on) => {
    button.setAttribute("aria-pressed", String(on));
    button.classList.toggle("listening", on);
  };
  ear.onstart = () => listening(true);
  ear.onresult = ({ results }) => {
    input.value = [...results].map(([best]) => best.transcript).join("");
    heard = [...results].every((result) => result.isFinal);
  };
  ear.onerror = ({ error }) => {
    if (error !== "aborted") announce(t(error === "not-allowed" ? "speech.forbidden" : "speech.failed"), null, true);
  };
  ear.onend = () => {
    listening(false);
    if (heard) done();
    heard = false;
  };
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") return ear.stop();
    ear.lang = choice.querySelector("input:checked").value;
    heard = false;
    ear.start();
  });
}
