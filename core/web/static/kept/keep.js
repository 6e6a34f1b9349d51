/** Once a page is at rest: what lets the next one open without a network. */
import { Copy } from "./copy.js";
import { keepShell, outdated } from "./shell.js";

/** `told` is called when the server has become a newer version than this page. */
export async function keep(ledger, socket, told) {
  if (!(await navigator.serviceWorker?.register("/worker.js").catch(() => null))) return;
  const copy = new Copy(ledger);
  await copy.start();
  await keepShell();
  socket.addEventListener("state", async () => {
    if (socket.state === "live" && (await outdated().catch(() => false))) told();
  });
}
