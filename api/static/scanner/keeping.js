// What the phone keeps: packages, what waits to be sent, photos, and what was seen. IndexedDB, so that nothing is lost
// when the page is closed or the phone dies. An entry leaves the queue when the service has answered for it, not before.

const NAME = "rounds";

export async function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const base = request.result;
      base.createObjectStore("packages");
      base.createObjectStore("photos");
      base.createObjectStore("seen");
      base.createObjectStore("queue", { keyPath: "order", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// Written when the transaction is on the disk, not when the request was taken.
async function written(base, stores, act) {
  const transaction = base.transaction(stores, "readwrite", { durability: "strict" });
  act(...[stores].flat().map((store) => transaction.objectStore(store)));
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const get = (base, store, key) => done(base.transaction(store).objectStore(store).get(key));
export const all = (base, store) => done(base.transaction(store).objectStore(store).getAll());
export const put = (base, store, value, key) => written(base, store, (kept) => kept.put(value, key));
// An entry of the queue with its photo: both or neither.
export const putWithPhoto = (base, entry, photo) =>
  written(base, ["queue", "photos"], (queue, photos) => {
    queue.put(entry);
    if (photo) photos.put(photo, entry.photoId);
  });
export const take = (base, store, keys) => written(base, store, (kept) => keys.forEach((key) => kept.delete(key)));
