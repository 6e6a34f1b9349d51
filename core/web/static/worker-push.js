/**
 * Web Push: what is pushed is shown, and opened where it belongs. `{title, body, url, tag, lang}`; one of the same tag takes
 * the place of the one before.
 */
self.addEventListener("push", (event) => event.waitUntil(show(read(event))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

/** A push without words that can be read still says that there is something. */
function read({ data }) {
  try {
    return data.json();
  } catch {
    return { title: "Comptoir", url: "/" };
  }
}

const windows = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });
const at = (client, url) => new URL(client.url).pathname === url;

async function show({ title, body = "", url = "/", tag, lang = "en" }) {
  const looks = (await windows()).some((client) => client.focused && at(client, url));
  if (!looks) await self.registration.showNotification(title, { body, tag, lang, dir: lang === "ar" ? "rtl" : "ltr", renotify: Boolean(tag), data: { url } });
}

/** The page that is there already goes to it; else a new one. */
async function open(url) {
  const found = await windows();
  const client = found.find((one) => at(one, url)) ?? found[0];
  if (!client) return self.clients.openWindow(url);
  client.postMessage({ t: "open", url });
  return client.focus();
}
