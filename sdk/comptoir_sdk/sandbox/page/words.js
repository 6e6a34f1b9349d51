// The catalogue of the page's language, put into the document by the server.
const words = JSON.parse(document.getElementById("words").textContent);

/** The text under `key`, with `{name}` replaced. */
export function t(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);
}

const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit", numberingSystem: "latn",
});

/** Hours and minutes in the page's language, Latin digits. `seconds` since the epoch. */
export const time = (seconds) => clock.format(new Date(seconds * 1000));
