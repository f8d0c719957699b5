// What is new arrives as rows of the table, each with a name of its own. A row that is there already is changed
// in its place and nothing of it moves, so that a keyboard's focus, and an eye, stay where they are.
const connection = document.querySelector("#connection");
const said = document.querySelector("#said");
const pause = document.querySelector("#pause");
const lines = document.querySelector("#lines");
const MOST = Number(connection.dataset.rows);

let held = new Map();
let paused = false;
let filled = false;

function rowsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = `<table><tbody>${html}</tbody></table>`;
  return template.content.querySelectorAll("tr");
}

/** The first cell has the row's link, which never changes. */
function change(known, row) {
  for (const [n, cell] of [...row.cells].entries()) {
    const old = known.cells[n];
    if (n > 0 && old.innerHTML !== cell.innerHTML)
      old.replaceChildren(...cell.cloneNode(true).childNodes);
  }
}

function trim() {
  for (const row of [...lines.rows].slice(MOST)) {
    if (!row.contains(document.activeElement)) row.remove();
  }
}

/** One line for who hears the page, however much has come. */
function tell(rows, fresh) {
  const last = rows[rows.length - 1];
  const name = last.cells[0].textContent.trim();
  const state = last.querySelector('[data-label="State"]').textContent.trim();
  const more = fresh > 1 ? `; ${fresh} new lines` : "";
  said.textContent = `${name}: ${state}${more}`;
}

function show(rows) {
  let fresh = 0;
  for (const row of rows) {
    const known = document.getElementById(row.id);
    if (known) {
      change(known, row);
    } else {
      lines.prepend(row);
      fresh += 1;
    }
  }
  trim();
  document.querySelector("#none")?.remove();
  // The first batch is what the page shows already.
  if (filled) tell(rows, fresh);
  filled = true;
}

function state(words) {
  if (connection.textContent !== words) connection.textContent = words;
}

function waiting() {
  state(held.size > 0 ? `Paused. ${held.size} changes wait.` : "Paused.");
}

function take(rows) {
  if (!paused) return show(rows);
  for (const row of rows) held.set(row.id, row);
  if (held.size > MOST) held = new Map([...held].slice(-MOST));
  waiting();
}

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  if (paused) return waiting();
  if (held.size > 0) show([...held.values()]);
  held.clear();
  state("Live.");
});

const source = new EventSource(connection.dataset.stream);
source.addEventListener("lines", ({ data }) => {
  const rows = [...rowsOf(data)];
  if (rows.length > 0) take(rows);
});
source.addEventListener("open", () => {
  if (!paused) state("Live.");
});
source.addEventListener("error", () => {
  state(
    source.readyState === EventSource.CLOSED
      ? "Not live: you are signed out, or too many of these pages are open. Load the page again."
      : "The connection broke off; it is tried again.",
  );
});
