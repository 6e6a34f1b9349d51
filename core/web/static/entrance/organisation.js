/** Make an organisation, in this browser's time zone unless told otherwise. */
import { post } from "../api.js";
import { leave, serve } from "./form.js";

const form = document.getElementById("organisation");
const zones = document.getElementById("tenant-timezone");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const known = new Set(Intl.supportedValuesOf("timeZone").filter((zone) => zone.includes("/")).concat("UTC", here));
zones.replaceChildren(...[...known].sort().map((zone) => new Option(zone.replaceAll("_", " "), zone, zone === here, zone === here)));

serve(form, async (values) => {
  await post("/api/v1/registrations", values);
  return leave(form.dataset.next);
});
