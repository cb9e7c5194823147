// What waits for its time, counting down; each can be cancelled.

import { Refused, ask } from "./api.js";
import { jobPhrase, jobTime, secondsLeft } from "./describe.js";
import { byId, el } from "./dom.js";
import { house } from "./state.js";
import { announce, mention, problemText } from "./tell.js";
import { countdown, t } from "./words.js";

export function showSchedule() {
  house.addEventListener("jobs", ({ detail }) => {
    draw();
    if (detail && ["done", "failed", "missed"].includes(detail.status)) {
      mention(t(`job.${detail.status}`, { what: jobPhrase(detail) }));
    }
  });
  house.addEventListener("home", draw);
  setInterval(count, 500);
}

export function draw() {
  const jobs = [...house.jobs.values()].sort((one, other) => Date.parse(one.run_at) - Date.parse(other.run_at));
  byId("schedule").hidden = jobs.length === 0;
  const focused = document.activeElement?.closest?.("#jobs [data-job]")?.dataset.job;
  byId("jobs").replaceChildren(...jobs.map(rowOf));
  if (focused) (document.querySelector(`[data-job="${focused}"] button`) ?? byId("say")).focus();
  count();
}

function rowOf(job) {
  const what = jobPhrase(job);
  const time = el("time", { datetime: job.run_at }, jobTime(job));
  return el(
    "li",
    { "data-job": job.id, class: job.kind },
    el("span", { class: "left", role: "timer", "aria-live": "off" }),
    el(
      "span",
      { class: "what" },
      el("strong", {}, what),
      el("small", {}, time, job.sentence ? ` · ${job.sentence}` : ""),
    ),
    el(
      "button",
      { type: "button", class: "quiet", "aria-label": t("job.cancel.of", { what }), click: () => cancel(job) },
      t("job.cancel"),
    ),
  );
}

function count() {
  for (const row of byId("jobs").children) {
    const job = house.jobs.get(row.dataset.job);
    if (job) row.querySelector(".left").textContent = countdown(secondsLeft(job));
  }
}

async function cancel(job) {
  try {
    await ask(`/v1/schedule/${job.id}`, { method: "DELETE" });
    announce(t("job.cancelled", { what: jobPhrase(job) }), null, true);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    announce(error.status === 404 ? t("job.gone") : problemText(error), null, true);
  }
}
