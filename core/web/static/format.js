/** Times and numbers as the reader writes them. Latin digits unless they prefer others, the 24-hour clock of Morocco and France. */
import { locale, t } from "./i18n.js";
import { me } from "./session.js";

const TAGS = { ar: `ar-MA-u-nu-${me?.preferences?.digits ?? "latn"}`, fr: "fr-MA", en: "en-GB" };
const tag = TAGS[locale] ?? "en-GB";
// A formatter costs a slow phone as much as ten rows: each is made once, when it is first asked for.
const once = (make) => { let made; return () => (made ??= make()); };
const dates = (options) => once(() => new Intl.DateTimeFormat(tag, options));
const clock = dates({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = dates({ weekday: "short" });
const longWeekday = dates({ weekday: "long" });
const shortDate = dates({ day: "numeric", month: "short" });
const longDate = dates({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const numericDate = dates({ day: "2-digit", month: "2-digit", year: "2-digit" });
const moment = dates({ dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
const mediumDate = dates({ dateStyle: "medium" });
const number = once(() => new Intl.NumberFormat(tag));
const portion = once(() => new Intl.NumberFormat(tag, { style: "percent" }));
const units = new Map();
const DAY = 86_400_000;

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
const daysAgo = (date) => Math.round((midnight(new Date()) - midnight(date)) / DAY);

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte"];

function inUnits(value, unit, unitDisplay, digits = {}) {
  const name = `${unit} ${unitDisplay}`;
  if (!units.has(name)) units.set(name, new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay, ...digits }));
  return units.get(name).format(value);
}

export const fmt = {
  number: (value) => number().format(value),
  time: (iso) => clock().format(new Date(iso)),
  moment: (iso) => moment().format(new Date(iso)),
  date: (iso) => mediumDate().format(new Date(iso)),
  /** One string for each calendar day of the reader. */
  dayKey: (iso) => midnight(new Date(iso)).toDateString(),
  /** For a list: the time today, then the weekday, then the date. */
  brief(iso) {
    const date = new Date(iso);
    const days = daysAgo(date);
    if (days <= 0) return clock().format(date);
    if (days === 1) return t("Yesterday");
    if (days < 7) return weekday().format(date);
    return days < 300 ? shortDate().format(date) : numericDate().format(date);
  },
  /** For a divider between days. */
  day(iso) {
    const date = new Date(iso);
    const days = daysAgo(date);
    if (days <= 0) return t("Today");
    if (days === 1) return t("Yesterday");
    return days < 7 ? longWeekday().format(date) : longDate().format(date);
  },
  /** Hours and minutes left: 21:14. */
  countdown(milliseconds) {
    const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  },
  /** How long ago in one short word: 12 min, 3 h, 2 d. */
  lasting(milliseconds) {
    const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
    const [unit, value] = minutes < 60 ? ["minute", minutes] : minutes < 2880 ? ["hour", Math.floor(minutes / 60)] : ["day", Math.floor(minutes / 1440)];
    return inUnits(value, unit, "narrow");
  },
  /** How long something took, to the second: 3 min 12 s. */
  duration(seconds) {
    const parts = [["hour", Math.floor(seconds / 3600)], ["minute", Math.floor(seconds / 60) % 60], ["second", seconds % 60]].filter(([, value]) => value);
    return (parts.length ? parts : [["second", 0]]).map(([unit, value]) => inUnits(value, unit, "short")).join(" ");
  },
  percent: (share) => portion().format(share),
  size(bytes) {
    const power = Math.min(BYTES.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
    return inUnits(bytes / 1000 ** power, BYTES[power], "short", { maximumFractionDigits: power > 1 ? 1 : 0 });
  },
  /** +212 6 61 23 45 67 is the customer's to group; we only add the plus Meta leaves out. */
  phone: (digits) => (digits ? `+${digits}` : ""),
};
