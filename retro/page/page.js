"use strict";
(() => {
  const look = JSON.parse(document.getElementById("chart-look").textContent);
  const hover = document.getElementById("hover");

  // The tooltip is built from text nodes: what stands in the data stays text.
  function showHover(handler, event, item, value) {
    hover.hidden = value === null || value === undefined || value === "";
    if (hover.hidden) return;
    const rows = typeof value === "object" ? Object.entries(value) : [["", value]];
    hover.replaceChildren(...rows.map(([name, text]) => {
      const row = document.createElement("p");
      const label = document.createElement("span");
      label.textContent = name;
      row.append(label, ` ${text}`);
      return row;
    }));
    const room = 12;
    const left = Math.min(event.clientX + room, document.documentElement.clientWidth - hover.offsetWidth - room);
    const above = event.clientY - hover.offsetHeight - room;
    hover.style.left = `${Math.max(room, left)}px`;
    hover.style.top = `${above > room ? above : event.clientY + room}px`;
  }

  // The drawing script is packed. Unpacked it runs under the page's policy, which names its digest.
  function unpack() {
    const packed = document.getElementById("chart-script");
    const bytes = Uint8Array.from(atob(packed.textContent), (letter) => letter.charCodeAt(0));
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(inflate(bytes, Number(packed.dataset.size)));
    document.head.append(script);
  }

  async function embed(place, specification, options) {
    if (!window.vegaEmbed) unpack();
    return window.vegaEmbed(place, specification, options);
  }

  function draw(place) {
    const specification = JSON.parse(document.querySelector(`script[data-chart="${place.dataset.chart}"]`).textContent);
    const options = {
      actions: false, ast: true, config: look, defaultStyle: false, renderer: "svg", tooltip: showHover,
    };
    embed(place, specification, options).catch((error) => {
      place.removeAttribute("aria-hidden");
      place.parentElement.removeAttribute("role");
      place.textContent = `This chart could not be drawn (${error.message}); its numbers stand under Data.`;
    });
  }

  // Charts in sight first, the others when there is time, so that printing finds all of them.
  const waiting = new Set(document.querySelectorAll(".chart"));
  function drawOnce(place) {
    if (waiting.delete(place)) draw(place);
  }
  const sight = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) drawOnce(entry.target);
  }, { rootMargin: "300px" });
  for (const place of waiting) sight.observe(place);
  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
  function drawNext() {
    const [place] = waiting;
    if (!place) return;
    drawOnce(place);
    whenIdle(drawNext);
  }
  addEventListener("load", () => whenIdle(drawNext));
  addEventListener("beforeprint", () => waiting.forEach(drawOnce));

  const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const reading = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const current = [...links.keys()].find((id) => seen.has(id));
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-15% 0px -70% 0px" });
  for (const id of links.keys()) reading.observe(document.getElementById(id));

  const UNKNOWN = "\u2013";
  const textOf = (cell) => cell.textContent.trim();

  // A cell's order where it has one, else what it reads in a column of numbers; null for text.
  function numberOf(cell, isNumber) {
    const told = cell.dataset.sort ?? (isNumber ? textOf(cell).replaceAll(",", "").replace("\u2212", "-") : "");
    return told === "" || Number.isNaN(Number(told)) ? null : Number(told);
  }

  // What is not known stands last, whichever way.
  function sortBy(table, index, way) {
    const isNumber = table.tHead.rows[0].cells[index].classList.contains("number");
    const order = new Map([...table.tBodies[0].rows].map((row) => {
      const cell = row.cells[index];
      return [row, { number: numberOf(cell, isNumber), text: textOf(cell), isUnknown: textOf(cell) === UNKNOWN }];
    }));
    const compare = (a, b) => (a.number !== null && b.number !== null
      ? a.number - b.number
      : a.text.localeCompare(b.text, "en", { numeric: true }));
    const rows = [...order.keys()].sort((one, other) => {
      const [a, b] = [order.get(one), order.get(other)];
      return a.isUnknown - b.isUnknown || way * compare(a, b);
    });
    table.tBodies[0].append(...rows);
  }

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((cell, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const first = cell.classList.contains("number") ? "descending" : "ascending";
        const next = { ascending: "descending", descending: "ascending" }[cell.getAttribute("aria-sort")] ?? first;
        for (const other of heads) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", next);
        sortBy(table, index, next === "ascending" ? 1 : -1);
      });
    });
  }

  // Rows in which every word stands, in any column; how many stay is said to screen readers too.
  function makeFilterable(table) {
    const rows = [...table.tBodies[0].rows].map((row) => [row, [...row.cells].map(textOf).join(" ").toLowerCase()]);
    const line = document.createElement("p");
    const field = document.createElement("input");
    const told = document.createElement("span");
    line.className = "filter";
    field.type = "search";
    field.placeholder = "Filter rows";
    field.setAttribute("aria-label", `Filter rows: ${table.parentElement.getAttribute("aria-label")}`);
    told.setAttribute("role", "status");
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const [row, text] of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        count += !row.hidden;
      }
      told.textContent = words.length ? `${count} of ${rows.length} rows` : "";
    });
    line.append(field, " ", told);
    table.parentElement.before(line);
  }

  for (const table of document.querySelectorAll(".wide table")) {
    const count = table.tBodies[0].rows.length;
    if (count > 1) makeSortable(table);
    if (count > 10) makeFilterable(table);
  }
})();
