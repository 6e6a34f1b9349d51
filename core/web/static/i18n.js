/** Words in the reader's language. A message without a translation shows its English key. */

export const locale = document.documentElement.lang || "en";
export const dir = document.documentElement.dir || "ltr";

const messages = Object.create(null);
let forms = "1".repeat(200);

// The first catalogue is the kernel's; a plugin may add words, not replace ours.
const links = [...document.querySelectorAll("link[data-catalogue]")];
for (const catalogue of await Promise.all(links.map((link) => fetch(link.href).then((answer) => answer.json())))) {
  if (catalogue.plural.includes("0")) forms = catalogue.plural;
  for (const [key, text] of Object.entries(catalogue.messages)) messages[key] ??= text;
}

/** t("Hello {name}", { name }) */
export function t(key, values) {
  const found = messages[key];
  return fill(typeof found === "string" ? found : key, values);
}

/** tn("{n} message", "{n} messages", 3): the form is chosen by the language's own rule. */
export function tn(singular, plural, n, values) {
  const found = messages[singular];
  const text = Array.isArray(found) ? found[Number(forms[n < 200 ? n : 100 + (n % 100)])] : n === 1 ? singular : plural;
  return fill(text, { n, ...values });
}

function fill(text, values) {
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole)) : text;
}
