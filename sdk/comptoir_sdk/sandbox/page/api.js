// The control API, as functions. Each rejects with the sandbox's own sentence.

/** The number whose phones these are; null for the first. */
export const number = new URLSearchParams(location.search).get("number");

/** A control address, for this page's number. */
export const address = (path) => `/sandbox/api${path}${number ? `?number=${encodeURIComponent(number)}` : ""}`;

async function call(method, path, body) {
  const options = { method };
  if (body instanceof FormData) options.body = body;
  else if (body) Object.assign(options, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  const answer = await fetch(address(path), options);
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(value.error ?? `HTTP ${answer.status}`);
  return value;
}

export const state = () => call("GET", "/state");
export const thread = (phone) => call("GET", `/phones/${encodeURIComponent(phone)}/messages`);
export const write = (phone, message) => call("POST", `/phones/${encodeURIComponent(phone)}/messages`, message);
export const open = (phone) => call("POST", `/phones/${encodeURIComponent(phone)}/open`);
export const change = (phone, habits) => call("PATCH", `/phones/${encodeURIComponent(phone)}`, habits);
export const makePhone = (phone) => call("POST", "/phones", phone);
export const numbers = () => call("GET", "/numbers");
export const keys = (id) => call("GET", `/numbers/${id}`);
export const retry = () => call("POST", "/webhook/retry");
export const setFault = (name, fault) => call("PUT", `/faults/${name}`, fault);
export const endFault = (name) => call("DELETE", `/faults/${name}`);
export const endFaults = () => call("DELETE", "/faults");
export const setDelivery = (manners) => call("PATCH", "/delivery", manners);

export async function upload(file) {
  const form = new FormData();
  form.append("file", file);
  return call("POST", "/media", form);
}
