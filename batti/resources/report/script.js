"use strict";
// Sort a table by a column: figures by their first number, words as words.
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const body = head.closest("table").tBodies[0];
    const column = head.cellIndex;
    const up = head.getAttribute("aria-sort") === "descending";
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const words = head.classList.contains("word");
    const value = (row) => {
      const said = row.cells[column].textContent;
      if (words) return said;
      const number = parseFloat(said);
      return Number.isNaN(number) ? -Infinity : number;
    };
    const compare = (a, b) => (words ? value(a).localeCompare(value(b)) : value(a) - value(b) || 0);
    const rows = [...body.rows].sort((a, b) => (up ? compare(a, b) : compare(b, a)));
    body.append(...rows);
  });
}
// Show the errors that hold what is typed.
const filter = document.querySelector(".filter");
if (filter) {
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    for (const group of document.querySelectorAll(".errors details")) {
      let any = false;
      for (const error of group.querySelectorAll(".error")) {
        error.hidden = !error.textContent.toLowerCase().includes(wanted);
        any ||= !error.hidden;
      }
      group.hidden = !any;
      if (wanted && any) group.open = true;
    }
  });
}
