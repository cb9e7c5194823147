// The home, changed: rooms, aliases, named lights, groups. Faults are shown where they are.

import { Refused, ask } from "./api.js";
import { byId, el } from "./dom.js";
import { entriesOf, homeIn } from "./editor_form.js";
import { house } from "./state.js";
import { announce, problemText } from "./tell.js";
import { number, t } from "./words.js";

let tag = ""; // of the home that is being changed
let before = ""; // what the form said at first
let checking = null;

export function startEditing() {
  byId("edit-home").addEventListener("click", open);
  byId("editor").addEventListener("cancel", (event) => {
    if (!leaving()) event.preventDefault();
  });
  byId("editor-close").addEventListener("click", () => leaving() && byId("editor").close());
  byId("editor-form").addEventListener("submit", (event) => {
    event.preventDefault();
    save(tag);
  });
  byId("editor-form").addEventListener("input", checkSoon);
  byId("editor-form").addEventListener("changed", checkSoon); // an entry came or went
  byId("editor-theirs").addEventListener("click", () => fill(house.home, house.tag));
  byId("editor-mine").addEventListener("click", () => save(house.tag));
  house.addEventListener("home", () => {
    if (byId("editor").open && house.tag !== tag) conflict();
  });
}

function open() {
  fill(house.home, house.tag);
  byId("editor").showModal();
  byId("editor-form").querySelector("input").focus();
}

function fill(home, itsTag) {
  tag = itsTag;
  byId("editor-entries").replaceChildren(entriesOf(home));
  before = JSON.stringify(written());
  byId("editor-conflict").hidden = true;
  faults([]);
}

const written = () => homeIn(byId("editor-entries"));

/** Whether the form may be left: at once, or because it was said that the changes need not be kept. */
function leaving() {
  return JSON.stringify(written()) === before || window.confirm(t("editor.discard"));
}

function conflict() {
  byId("editor-conflict").hidden = false;
  byId("editor-theirs").focus();
}

async function save(match) {
  clearTimeout(checking);
  try {
    const response = await ask("/v1/home", { method: "PUT", body: written(), headers: { "If-Match": match } });
    tag = response.headers.get("ETag");
    await house.readHome();
    await house.readLights();
    byId("editor").close();
    announce(t("editor.saved"), null, true);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 412) {
      await house.readHome().catch(() => {});
      conflict();
    } else if (error.status === 422) {
      faults(error.errors);
      byId("editor-form").querySelector("[aria-invalid]")?.focus();
    } else byId("editor-problem").textContent = problemText(error);
  }
}

function checkSoon() {
  clearTimeout(checking);
  checking = setTimeout(check, 400);
}

async function check() {
  try {
    await ask("/v1/home/check", { method: "POST", body: written() });
    faults([]);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 422) faults(error.errors);
  }
}

/** Shows each fault under its field, the rest above the buttons. */
function faults(errors) {
  const form = byId("editor-form");
  for (const old of form.querySelectorAll("#editor-entries .fault")) old.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  const fields = [...form.querySelectorAll("[data-field]")];
  const rest = [];
  errors.forEach(({ field, detail, hint }, index) => {
    const text = [detail, hint].filter(Boolean).join(" – ");
    const place = fields.findLast((one) => field === one.dataset.field || field.startsWith(`${one.dataset.field}[`));
    if (!place) return rest.push(field ? `${field}: ${text}` : text);
    const said = el("p", { class: "fault", id: `fault-${index}` }, text);
    place.after(said);
    place.closest("details")?.setAttribute("open", "");
    place.setAttribute("aria-invalid", "true");
    place.setAttribute("aria-describedby", said.id);
  });
  byId("editor-problem").textContent = [
    errors.length ? t("editor.faults", { count: number(errors.length) }) : "",
    ...rest,
  ].join(" ");
}
