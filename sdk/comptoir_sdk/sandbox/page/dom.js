// Small builders, so that no string ever becomes markup.

/** An element with attributes (`on…` are listeners, `class` and data-* as written) and children. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon from its path data. */
export function icon(paths, { box = "0 0 24 24", name = "" } = {}) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  if (name) svg.setAttribute("class", name);
  for (const d of [paths].flat()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export const ICONS = {
  send: "M5 12h13M12 5l7 7-7 7",
  attach: "M21 11.5l-8.8 8.8a5.5 5.5 0 0 1-7.8-7.8l9-9a3.7 3.7 0 0 1 5.2 5.2l-9 9a1.8 1.8 0 0 1-2.6-2.6l8.3-8.3",
  picture: ["M4 5h16v14H4z", "M4 16l4.5-4.5 4 4L16 12l4 4", "M9 9.2h.01"],
  reply: "M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6v1",
  close: "M6 6l12 12M18 6L6 18",
  add: "M12 5v14M5 12h14",
  faults: ["M13 3L5 13.500h6L10 21l9-11h-6.500z"],
  keys: ["M15.500 8.500h.01", "M14.500 4a5.500 5.500 0 0 0-5.300 7L4 16.200V20h3.800v-2.500h2.500V15h2.400l.3-.2a5.500 5.500 0 1 0 1.500-10.800z"],
  habits: ["M12 6h.01", "M12 12h.01", "M12 18h.01"],
  theme: ["M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z"],
  file: ["M7 3h7l5 5v13H7z", "M14 3v5h5"],
  place: ["M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.500C5 14.800 12 21 12 21z", "M12 11.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.500 20a7.500 7.500 0 0 1 15 0"],
};

/** A button that shows only an icon, named for those who cannot see it. */
export function iconButton(name, label, action, more = {}) {
  const { class: kind = "", ...rest } = more;
  return el("button", { type: "button", class: `icon ${kind}`, title: label, "aria-label": label, onclick: action, ...rest },
    icon(ICONS[name]));
}

/** The first letters of a name. */
export function initials(name) {
  const letters = name.replace(/^\+/, "").split(/\s+/).filter(Boolean).map((word) => [...word][0]);
  return (letters.length > 1 ? letters[0] + letters[letters.length - 1] : letters[0] ?? "?").toUpperCase();
}

/** One of eight hues, always the same for the same id. */
export const hue = (id) => `h${[...id].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 8}`;
