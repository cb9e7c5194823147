// Runs before anything is painted, so that a chosen theme or language does not flash.
"use strict";
(() => {
  const kept = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // nothing readable is kept, or storage is forbidden
    }
  };
  const root = document.documentElement;
  if (["light", "dark"].includes(kept("batti.theme"))) root.dataset.theme = kept("batti.theme");
  root.lang = kept("batti.language") ?? (navigator.language.startsWith("ne") ? "ne" : "en");
})();
