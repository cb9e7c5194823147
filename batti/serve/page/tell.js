// Telling: to those who cannot see what changes, and in a line at the foot of the page.

import { byId } from "./dom.js";
import { language, t } from "./words.js";

let quietUntil = 0;
let hiding = null;

/** Has a screen reader say it; `visible` shows it to everybody for a while. */
export function announce(text, lang = null, visible = false) {
  const live = byId("announcer");
  live.lang = lang ?? language();
  live.textContent = text;
  quietUntil = Date.now() + 1500;
  if (!visible) return;
  const toast = byId("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (toast.hidden = true), 6000);
}

/** The same for what follows from what was just said: it is not said twice. */
export function mention(text) {
  if (Date.now() > quietUntil) announce(text);
}

/** What a refusal of the service says. */
export function problemText(error) {
  if (error.status === 0) return t("problem.unreachable");
  if (error.status === 401) return t("problem.token");
  return [error.message || t("problem.other", { status: error.status }), error.hint].filter(Boolean).join(" – ");
}
