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

  function draw(place) {
    const specification = JSON.parse(document.querySelector(`script[data-chart="${place.dataset.chart}"]`).textContent);
    const options = {
      actions: false, ast: true, config: look, defaultStyle: false, renderer: "svg", tooltip: showHover,
    };
    window.vegaEmbed(place, specification, options).catch((error) => {
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

  function sortBy(table, index, way) {
    const key = (row) => row.cells[index].dataset.sort ?? null;
    const text = (row) => row.cells[index].textContent;
    const compare = (a, b) => (key(a) !== null && key(b) !== null
      ? Number(key(a)) - Number(key(b))
      // Unknown values come last in ascending order.
      : (key(a) === null) - (key(b) === null) || text(a).localeCompare(text(b), "en", { numeric: true }));
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((a, b) => way * compare(a, b)));
  }
  for (const table of document.querySelectorAll("table")) {
    if (table.tHead === null || table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((cell, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const isNumber = cell.classList.contains("number");
        const next = { ascending: "descending", descending: "ascending" }[cell.getAttribute("aria-sort")] ?? (isNumber ? "descending" : "ascending");
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", next);
        sortBy(table, index, next === "ascending" ? 1 : -1);
      });
    });
  }
})();
