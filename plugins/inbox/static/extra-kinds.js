/** The kinds of message that have a dialog: what is asked, what is wrong with it, and WhatsApp's object made of it. */
import { html } from "lit";
import { bring, fmt, t } from "@comptoir/sdk";

const LIMITS = { body: 1024, button: 20, row: 24, description: 72, place: 1000 };
const MOST_BUTTONS = 3;
const MOST_ROWS = 10;

const field = (name, label, values, errors, more = {}) => html`<ui-field name=${name} label=${label} .value=${values[name]} .error=${errors[name] ?? ""}
  hint=${more.hint ?? ""} type=${more.type ?? "text"} ?ltr=${more.ltr ?? false} inputmode=${more.inputmode ?? "text"} rows="3"></ui-field>`;

const needed = (value) => (value.trim() ? "" : t("Write something."));
const within = (value, most) => (value.length > most ? t("WhatsApp takes at most {n} characters; this has {length}.", { n: fmt.number(most), length: fmt.number(value.length) }) : "");
const text = (value, most) => needed(value) || within(value, most);
const given = (value) => value.trim() || undefined;
const numberIn = (value, most) => (value.trim() && Math.abs(Number(value.replace(",", "."))) <= most ? "" : t("A number from −{most} to {most}.", { most: fmt.number(most) }));
const filled = (values, prefix, most) => Array.from({ length: most }, (_, at) => `${prefix}${at}`).filter((name) => values[name]?.trim());
const twins = (names, values) => Object.fromEntries(names.filter((name, at) => names.some((other, before) => before < at && values[other].trim() === values[name].trim())).map((name) => [name, t("Each needs different words.")]));

/** A contact of ours, as the card says it. */
function known({ name, phone }, set) {
  const [first, ...rest] = name.trim().split(/\s+/);
  set("first", first);
  set("last", rest.join(" "));
  set("phone", fmt.phone(phone));
}

export const KINDS = {
  location: {
    icon: "map-pin", name: () => t("Location"),
    empty: () => ({ latitude: "", longitude: "", place: "", address: "" }),
    fields: (values, errors) => html`<div class="two">${field("latitude", t("Latitude"), values, errors, { ltr: true, inputmode: "decimal", hint: t("For example 33.5731") })}${field("longitude", t("Longitude"), values, errors, { ltr: true, inputmode: "decimal", hint: t("For example -7.5898") })}</div>
      ${field("place", t("Name of the place (optional)"), values, errors)}${field("address", t("Address (optional)"), values, errors, { hint: t("WhatsApp shows it under a name.") })}`,
    faults: ({ latitude, longitude, place, address }) => ({ latitude: numberIn(latitude, 90), longitude: numberIn(longitude, 180), place: within(place, LIMITS.place), address: within(address, LIMITS.place) }),
    message: ({ latitude, longitude, place, address }) => ({ type: "location", content: { latitude: Number(latitude.replace(",", ".")), longitude: Number(longitude.replace(",", ".")), name: given(place), address: given(address) } }),
    fieldOf: (pointer) => ({ "#/location/latitude": "latitude", "#/location/longitude": "longitude", "#/location/name": "place", "#/location/address": "address" })[pointer],
  },
  contacts: {
    icon: "contact", name: () => t("Contact card"),
    empty: () => ({ first: "", last: "", phone: "", email: "", company: "" }),
    module: () => bring(import.meta, "./contact-finder.js"),
    fields: (values, errors, set) => html`<inbox-contact-finder @choose=${({ detail }) => known(detail, set)}></inbox-contact-finder><div class="two">${field("first", t("First name"), values, errors)}${field("last", t("Last name (optional)"), values, errors)}</div>
      ${field("phone", t("Phone, with its country code"), values, errors, { ltr: true, inputmode: "tel", hint: t("For example +212 661 000000") })}${field("email", t("Email (optional)"), values, errors, { ltr: true, inputmode: "email" })}${field("company", t("Company (optional)"), values, errors)}`,
    faults: ({ first, phone }) => ({ first: needed(first), phone: /^\+?[\d\s().-]{5,24}$/.test(phone.trim()) ? "" : t("Digits, with the country code.") }),
    message: ({ first, last, phone, email, company }) => ({ type: "contacts", content: [{
      name: { formatted_name: `${first} ${last}`.trim(), first_name: first.trim(), last_name: given(last) },
      phones: [{ phone: phone.trim(), type: "CELL", wa_id: phone.replace(/\D/g, "") }],
      emails: given(email) && [{ email: email.trim() }], org: given(company) && { company: company.trim() } }] }),
    fieldOf: (pointer) => (/\/name/.test(pointer) ? "first" : /\/phones/.test(pointer) ? "phone" : /\/emails/.test(pointer) ? "email" : /\/org/.test(pointer) ? "company" : undefined),
  },
  buttons: {
    icon: "mouse-pointer-click", name: () => t("Buttons"), seen: true,
    module: () => bring(import.meta, "./offer-preview.js"),
    empty: () => ({ body: "", footer: "", button0: "", button1: "", button2: "" }),
    fields: (values, errors) => html`${field("body", t("Question"), values, errors, { type: "textarea" })}
      ${Array.from({ length: MOST_BUTTONS }, (_, at) => field(`button${at}`, at ? t("Answer {n} (optional)", { n: fmt.number(at + 1) }) : t("Answer {n}", { n: fmt.number(1) }), values, errors))}
      ${field("footer", t("Small print (optional)"), values, errors)}`,
    faults: (values) => {
      const names = filled(values, "button", MOST_BUTTONS);
      const titles = Object.fromEntries(Array.from({ length: MOST_BUTTONS }, (_, at) => [`button${at}`, within(values[`button${at}`], LIMITS.button)]));
      return { ...titles, ...twins(names, values), body: text(values.body, LIMITS.body), footer: within(values.footer, 60), ...(names.length ? {} : { button0: t("Write something.") }) };
    },
    message: (values) => ({ type: "interactive", content: { type: "button", body: { text: values.body.trim() }, footer: given(values.footer) && { text: values.footer.trim() },
      action: { buttons: filled(values, "button", MOST_BUTTONS).map((name) => ({ type: "reply", reply: { id: name, title: values[name].trim() } })) } } }),
    fieldOf: (pointer) => { const at = /\/buttons\/(\d)/.exec(pointer)?.[1]; return at ? `button${at}` : /\/body/.test(pointer) ? "body" : /\/footer/.test(pointer) ? "footer" : undefined; },
  },
  list: {
    icon: "list", name: () => t("List"), seen: true,
    module: () => bring(import.meta, "./offer-preview.js"),
    empty: () => ({ body: "", button: "", rows: 3, ...Object.fromEntries(Array.from({ length: MOST_ROWS }, (_, at) => [[`title${at}`, ""], [`more${at}`, ""]]).flat()) }),
    fields: (values, errors) => html`${field("body", t("Question"), values, errors, { type: "textarea" })}${field("button", t("What opens the list"), values, errors, { hint: t("For example: Choose") })}
      ${Array.from({ length: values.rows }, (_, at) => html`<fieldset class="row"><legend>${t("Choice {n}", { n: fmt.number(at + 1) })}</legend><div class="two">${field(`title${at}`, t("Title"), values, errors)}${field(`more${at}`, t("More (optional)"), values, errors)}</div></fieldset>`)}`,
    more: (values, set) => (values.rows < MOST_ROWS ? html`<ui-button class="grow" variant="plain" icon="plus" @click=${() => set("rows", values.rows + 1)}>${t("Another choice")}</ui-button>` : html`<span class="grow"></span>`),
    faults: (values) => {
      const rows = Array.from({ length: values.rows }, (_, at) => at);
      const lengths = Object.fromEntries(rows.flatMap((at) => [[`title${at}`, within(values[`title${at}`], LIMITS.row) || (values[`more${at}`].trim() ? needed(values[`title${at}`]) : "")], [`more${at}`, within(values[`more${at}`], LIMITS.description)]]));
      return { ...lengths, body: text(values.body, 4096), button: text(values.button, LIMITS.button), ...(filled(values, "title", MOST_ROWS).length ? {} : { title0: t("Write something.") }) };
    },
    message: (values) => ({ type: "interactive", content: { type: "list", body: { text: values.body.trim() }, action: { button: values.button.trim(), sections: [{
      rows: filled(values, "title", MOST_ROWS).map((name) => ({ id: name, title: values[name].trim(), description: given(values[name.replace("title", "more")]) })) }] } } }),
    fieldOf: (pointer) => { const row = /\/rows\/(\d+)\/(title|description)/.exec(pointer); return row ? `${row[2] === "title" ? "title" : "more"}${row[1]}` : /\/action\/button/.test(pointer) ? "button" : /\/body/.test(pointer) ? "body" : undefined; },
  },
};
