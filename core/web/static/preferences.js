/** How this person likes their screens: kept with them at the server, so that it holds on every device. */
import { patch } from "./api.js";
import { me } from "./session.js";

const page = document.documentElement;
const YEAR = 31_536_000; // s

/** `changes`: {density, theme, digits, keys, sending}, some of them. Seen at once; taken back when the server did not take it. */
export async function prefer(changes) {
  const before = { ...me.preferences };
  show(Object.assign(me.preferences, changes));
  try {
    await patch("/api/v1/me", { preferences: changes });
  } catch (error) {
    show(Object.assign(me.preferences, before));
    throw error;
  }
}

function show({ theme, density }) {
  page.toggleAttribute("data-theme", theme !== "auto");
  if (theme !== "auto") page.dataset.theme = theme;
  page.toggleAttribute("data-density", density === "compact");
  if (density === "compact") page.dataset.density = density;
  // For the pages before login, which know nobody.
  document.cookie = `comptoir_theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
}
