/** This browser and Web Push: whether it can, may and does, and how to begin and end. */
import { get, locale, me, navigate, post, remove } from "@comptoir/sdk";

const BASE = "/api/v1/p/inbox/notices/browsers";
const MINE = `comptoir::${me.id}:push`; // whose the subscription of this browser is; goes when somebody else logs in

export const able = () => "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
export const refused = () => globalThis.Notification?.permission === "denied";

const registration = () => navigator.serviceWorker.register("/worker.js", { scope: "/" });
const current = async () => (able() ? (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription() ?? null : null);

async function fingerprint({ endpoint }) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** {items, here}: this person's browsers, and the id of this one among them, or null. */
export async function browsers() {
  const [{ items }, subscription] = await Promise.all([get(BASE), current()]);
  const own = subscription && (await fingerprint(subscription));
  return { items, here: items.find((one) => one.fingerprint === own)?.id ?? null };
}

/** Asks the person, then the browser. False when the person said no. */
export async function begin() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const { key } = await get("/api/v1/p/inbox/notices/key");
  const there = await registration();
  await navigator.serviceWorker.ready;
  const subscription = (await there.pushManager.getSubscription()) ?? (await there.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  await keep(subscription);
  localStorage.setItem(MINE, "1");
  return true;
}

async function keep(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  await post(BASE, { endpoint, keys, locale, label: label() });
}

export async function end(id) {
  localStorage.removeItem(MINE);
  await (await current())?.unsubscribe();
  await remove(`${BASE}/${id}`);
}

export const forget = (id) => remove(`${BASE}/${id}`);

/**
 * A browser may change its address by itself: told anew when this one is not in the list any more. One that somebody else
 * left behind ends: their customers' words are not for whoever sits here now. And a click leads here.
 */
export async function renew() {
  if (!able()) return;
  navigator.serviceWorker.addEventListener("message", ({ data }) => data?.t === "open" && navigate(data.url));
  const subscription = await current();
  if (!subscription) return;
  if (!localStorage.getItem(MINE)) await subscription.unsubscribe();
  else if (Notification.permission === "granted" && (await browsers()).here === null) await keep(subscription);
}

const SYSTEMS = [["iPhone|iPad", "iOS"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]];
const NAMES = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const first = (pairs) => pairs.find(([mark]) => new RegExp(mark).test(navigator.userAgent))?.[1];
const label = () => [first(NAMES), first(SYSTEMS)].filter(Boolean).join(" · ");
