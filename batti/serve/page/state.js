// What the page knows of the house, kept in step with the service by its events.

import { ask, get } from "./api.js";
import { recall, remember } from "./dom.js";

const RETRY = 2000; // milliseconds until a lost connection is tried again, doubled up to MOST
const MOST = 30_000;

class House extends EventTarget {
  home = null;
  tag = ""; // of the home, for If-Match
  lights = new Map(); // by key
  jobs = new Map(); // by id, those that wait
  online = null; // unknown as yet
  here = recall("here", ""); // the room that the speaker is in
  #source = null;
  #retry = null;
  #wait = RETRY;

  /** Reads the home and listens. */
  async open() {
    await this.readHome();
    this.#listen();
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#hang() : this.#listen()));
  }

  async readHome() {
    const response = await ask("/v1/home");
    this.tag = response.headers.get("ETag");
    this.home = await response.json();
    if (!this.room(this.here)) this.here = "";
    this.#tell("home");
  }

  /** Lights as they are, of the home as it is. */
  async readLights() {
    const { lights } = await get("/v1/lights");
    this.#snapshot(lights);
  }

  room(name) {
    return this.home?.rooms.find((room) => room.name === name);
  }

  /** The lights of a room, its own first. */
  lightsOf(name) {
    return [...this.lights.values()].filter((light) => light.room === name);
  }

  standIn(room) {
    this.here = room;
    remember("here", room);
    this.#tell("here");
  }

  // A browser allows six connections to one host: a tab that nobody sees gives its own back.
  #hang() {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#retry);
  }

  #listen() {
    this.#hang();
    const source = new EventSource("/v1/events");
    this.#source = source;
    const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
    source.onopen = () => {
      this.#wait = RETRY;
      this.#connected(true);
    };
    source.onerror = () => this.#lost();
    on("snapshot", ({ lights, schedule }) => {
      this.#snapshot(lights);
      this.jobs = new Map(schedule.map((job) => [job.id, job]));
      this.#tell("jobs");
    });
    on("lights", (lights) => this.#change(lights));
    on("schedule", (job) => {
      if (["waiting", "running"].includes(job.status)) this.jobs.set(job.id, job);
      else this.jobs.delete(job.id);
      this.#tell("jobs", job);
    });
    on("home", async ({ tag }) => {
      if (tag !== this.tag) await this.readHome().catch(() => this.#lost());
      await this.readLights().catch(() => this.#lost());
    });
  }

  #lost() {
    this.#hang();
    this.#connected(false);
    this.#retry = setTimeout(() => this.#again(), this.#wait);
    this.#wait = Math.min(MOST, this.#wait * 2);
  }

  /** What happened meanwhile is in the snapshot, but for the home; a token that is needed now is asked for. */
  async #again() {
    try {
      await this.readHome();
      this.#listen();
    } catch {
      this.#lost();
    }
  }

  #connected(online) {
    if (online === this.online) return;
    this.online = online;
    this.#tell("online");
  }

  #snapshot(lights) {
    this.lights = new Map(lights.map((light) => [keyOf(light), light]));
    this.#tell("lights", { changed: [] });
  }

  #change(lights) {
    for (const light of lights) this.lights.set(keyOf(light), light);
    this.#tell("lights", { changed: lights });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Which light it is: a room's own has no name. */
export const keyOf = ({ room, light }) => JSON.stringify([room, light ?? null]);

export const house = new House();
