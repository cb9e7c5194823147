// Language, theme, model, token.

import { Refused, ask, get } from "./api.js";
import { byId, el, remember } from "./dom.js";
import { announce, problemText } from "./tell.js";
import { choose, language, t } from "./words.js";

const FOR_CHAT = "house"; // is no model to choose: it carries out what is said to it in chat

/** The switches of the page's head; `redraw` writes everything again. */
export function startSettings(redraw) {
  byId("language").addEventListener("click", () => {
    choose(language() === "ne" ? "en" : "ne");
    redraw();
  });
  byId("theme").addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    remember("theme", theme);
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** The choice of models; `chosen` is told which one answers. */
export async function showModels(chosen) {
  const select = byId("model");
  const show = ({ data }) => {
    const models = data.filter(({ id }) => id !== FOR_CHAT);
    select.replaceChildren(...models.map(({ id }) => el("option", { value: id }, id.split("/").pop())));
    const answering = models.find((model) => model.chosen);
    select.value = select.title = answering.id;
    chosen(answering);
  };
  show(await get("/v1/models"));
  select.addEventListener("change", async () => {
    select.disabled = true;
    try {
      show(await (await ask("/v1/models/chosen", { method: "PUT", body: { id: select.value } })).json());
      announce(t("model.chosen", { model: select.value }), null, true);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      announce(problemText(error), null, true);
      show(await get("/v1/models"));
    } finally {
      select.disabled = false;
    }
  });
}

let asking = null;

/** Asks for the token of the service until it is right; whether it was given. One question for all who need it. */
export function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = byId("token");
    const form = byId("token-form");
    let given = false;
    form.onsubmit = async (event) => {
      event.preventDefault();
      try {
        await ask("/v1/session", { method: "POST", body: { token: byId("token-field").value.trim() } });
        given = true;
        dialog.close();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        byId("token-problem").textContent = problemText(error);
        byId("token-field").setAttribute("aria-invalid", "true");
      }
    };
    dialog.addEventListener(
      "close",
      () => {
        asking = null;
        byId("token-field").value = "";
        byId("token-problem").textContent = "";
        byId("token-field").removeAttribute("aria-invalid");
        resolve(given);
      },
      { once: true },
    );
    dialog.showModal();
  });
  return asking;
}
