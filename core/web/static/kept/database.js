/** IndexedDB, as little as is needed of it. A database that is deleted is not made again by a page that had it open. */

/** `name`: of one person in one tenant. Rejects where the browser keeps nothing, as in some private windows. */
export function open(name, stores) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => stores.forEach((store) => asked.result.createObjectStore(store));
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
  });
}

/** One transaction over `stores`; resolves, once it is on disk, with what the request that `work` returns has found. */
export function within(database, stores, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode);
    const asked = work(...stores.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error ?? new DOMException("Aborted", "AbortError"));
  });
}

/** Gone, also for other tabs. One that does not let go loses it when it closes. */
export function drop(name) {
  return new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase(name);
    asked.onsuccess = asked.onerror = asked.onblocked = resolve;
  });
}

export async function names() {
  try {
    return (await indexedDB.databases()).map(({ name }) => name);
  } catch {
    return []; // nothing can be kept in this browser
  }
}
