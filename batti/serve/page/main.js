// The page, put together.

import { Refused, whenTokenNeeded } from "./api.js";
import { byId } from "./dom.js";
import { startEditing } from "./editor.js";
import * as lights from "./lights.js";
import * as plan from "./plan.js";
import * as schedule from "./schedule.js";
import { askForToken, isDark, showModels, startSettings } from "./settings.js";
import { house } from "./state.js";
import { modelIs, showRooms, showTurns, startTalking } from "./talk.js";
import { announce } from "./tell.js";
import { t, translate } from "./words.js";

const RETRY = 3000; // milliseconds until a service that was not there at first is looked for again

function heading() {
  byId("home-name").textContent = house.home.name;
  document.title = `${house.home.name} · batti`;
}

function words() {
  translate();
  byId("theme").setAttribute("aria-label", t(isDark() ? "theme.light" : "theme.dark"));
  byId("theme").title = byId("theme").getAttribute("aria-label");
}

function redraw() {
  words();
  if (!house.home) return;
  plan.draw();
  lights.draw();
  schedule.draw();
  showRooms();
  showTurns();
}

function connection() {
  const lost = house.online === false;
  document.body.classList.toggle("offline", lost);
  byId("offline").hidden = !lost;
  if (lost) announce(t("link.lost"));
  else if (byId("offline").dataset.shown) announce(t("link.back"), null, true);
  byId("offline").dataset.shown = lost ? "true" : "";
}

async function open() {
  try {
    if (!house.home) await house.open();
    await showModels(modelIs);
    showTurns();
    document.body.classList.add("ready");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    byId("offline").hidden = false;
    if (error.status !== 401) setTimeout(open, RETRY); // who left the question for the token is not asked it again
  }
}

byId("retry").addEventListener("click", () => location.reload());
words();
whenTokenNeeded(askForToken);
startSettings(redraw);
startTalking();
startEditing();
plan.showPlan(lights.press);
lights.showLights();
schedule.showSchedule();
house.addEventListener("home", heading);
house.addEventListener("online", connection);
open();
