/** Choose a new password. The link's token is in the fragment, which browsers send to nobody. */
import { post } from "../api.js";
import { serve, show } from "./form.js";

const token = location.hash.slice(1);

serve(document.getElementById("reset"), async ({ password }) => {
  try {
    await post("/api/v1/password-resets/redemptions", { token, password });
  } catch (error) {
    if (error.status !== 410) throw error;
    return show("spent");
  }
  history.replaceState(null, "", location.pathname);
  return show("done");
});

if (!token) show("spent");
