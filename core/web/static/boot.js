/** Starts the application: elements first, then the shell, then the socket. */
import "./elements/avatar.js";
import "./elements/button.js";
import "./elements/chip.js";
import "./elements/dialog.js";
import "./elements/field.js";
import "./elements/fragment.js";
import "./elements/menu.js";
import "./elements/slot.js";
import "./elements/states.js";
import "./elements/toast.js";
import { startKeys } from "./keys.js";
import { ledger, outbox, socket } from "./replica.js";
import { startRouter } from "./router.js";
import { bootstrap, storageKey } from "./session.js";

document.documentElement.style.setProperty("--hue", bootstrap.me.tenant.hue);
// Before anything is read: what another person left in this browser goes, whether or not it can work without a network.
import("./kept/wipe.js").then(({ wipeOthers }) => wipeOthers(storageKey(""))).catch((error) => console.info("what others left could not be looked for:", error));
startRouter();
startKeys();
await import("./shell.js");
socket.connect();
outbox.resume();
// Once the page is at rest. One that loses its network before then is not kept, and works all the same.
socket.whenLive().then(() => new Promise((done) => { (globalThis.requestIdleCallback ?? setTimeout)(done, { timeout: 5_000 }); }))
  .then(() => import("./kept/keep.js"))
  .then(({ keep }) => keep(ledger, socket, () => dispatchEvent(new Event("comptoir-newer"))))
  .catch((error) => console.info("not kept for work without a network:", error));
