/** What kind of thing is logged in, from what it calls itself. */
import { t } from "@comptoir/sdk";

const BROWSERS = [["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"], ["CriOS", "Chrome"], ["Chrome", "Chrome"], ["Safari", "Safari"]];
const SYSTEMS = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["CrOS", "ChromeOS"], ["Mac OS X", "macOS"], ["Linux", "Linux"]];
const PHONES = new Set(["iPhone", "Android"]);

/** {name, icon}: "Firefox on Windows". Anything else is called by the first word it gave itself. */
export function device({ kind, user_agent: agent }) {
  const find = (list) => list.find(([sign]) => agent?.includes(sign))?.[1];
  const browser = find(BROWSERS);
  const system = find(SYSTEMS);
  if (kind === "token") return { name: agent?.split(/[/ (]/)[0] || t("A program"), icon: "code" };
  if (!browser) return { name: agent?.split(/[/ (]/)[0] || t("An unknown device"), icon: "monitor" };
  return { name: system ? t("{browser} on {system}", { browser, system }) : browser, icon: PHONES.has(system) ? "smartphone" : "laptop" };
}
