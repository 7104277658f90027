// The scanner of a round: camera, photo, typed code; results at once from the package or the service; everything queued first.

import { all, get, opened, put, putWithPhoto, take } from "./keeping.js";
import { ledTo, unpacked, verdictOn } from "./packages.js";

const config = JSON.parse(document.getElementById("config").textContent);
const { words } = config;
const API = `/api/v1/rounds/${config.round}`;
const AGAIN = 2500; // ms for which a code that stays before the camera is one scan.
const PATIENCE = 4000; // ms after which the network counts as absent.
const AT_ONCE = 20; // Entries of one request.
const LONG_PATIENCE = 60000; // ms for a package: two thousand verdicts take the service some seconds.
const PAUSE = 15000; // ms between tries to send what waits.
const LARGEST_SIDE = 1600; // Pixels of a photo that is kept.
const LARGEST_PHOTO = 1024 * 1024; // Bytes of it; the service takes twice as many.
const FRESH = 600000; // ms for which the phone's whereabouts are good enough: nobody leaves a tenth of a degree faster on foot.

// Not crypto.randomUUID, which browsers keep from pages that came by plain http.
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const $ = (id) => document.getElementById(id);
const say = (name, values = {}) => words.says[name].replace(/{(\w+)}/g, (_, key) => values[key]);
const today = () => new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10); // The civil date in Shanghai.
const shown = (moment) => new Date(moment).toLocaleString(config.language === "zh" ? "zh-CN" : "en", { timeZone: "Asia/Shanghai" });

class Refused extends Error {}

let base, packed = null, latest = null, detector = null, csrf = null, current = null, isSending = false, isAskedAgain = false, sound = null, refusal = "";
const seen = new Map(config.seen.map(([key, sites]) => [key, new Set(sites)])); // Where each was scanned, of the places told.
let whereabouts = null;
const lines = new Map(); // The list entry of each scan by its id.

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// ---- A scan ----

async function scan(text, way) {
  const entry = {
    kind: "scan", round: config.round, id: newId(), text, way,
    scanned_at: new Date().toISOString(), package_at: packed ? packed.known_at : null,
    site: $("site")?.value || null, place: whereabouts,
  };
  latest = entry.id;
  await put(base, "queue", entry);
  const local = packed ? await told(text) : null;
  const key = local?.item?.id ?? text;
  const isAgain = seen.has(key);
  const remarks = [...elsewhere(seen.get(key) ?? [], entry.site), ...(local?.remarks ?? [])];
  if (local) show({ ...local, remarks, result: isAgain ? "already_scanned" : local.result, source: say("as_of", { moment: shown(packed.known_at) }) }, entry.id);
  else if (!navigator.onLine) show({ result: isAgain ? "already_scanned" : null, text, remarks, source: say("no_package") }, entry.id);
  remember(key, entry.site);
  if (packed) $("done").textContent = packed.listed.filter((id) => seen.has(id)).length;
  signal(isAgain);
  await Promise.all([put(base, "seen", [...seen].map(([each, sites]) => [each, [...sites]]), config.round), send()]);
}

function remember(key, site) {
  if (!seen.has(key)) seen.set(key, new Set());
  if (site) seen.get(key).add(site);
}

// One label at two places of a round: what to say of the others.
const elsewhere = (sites, site) => [...sites].filter((each) => site && each !== site).map((each) => say("other_site", { site: each }));

// What a text is by the package alone.
async function told(text) {
  const found = await ledTo(packed, text, today());
  if (!found) return { result: "unknown", text, remarks: [say("not_in_package")] };
  const remarks = [];
  if (found.label && found.label.state !== "active") remarks.push(words.labels[found.label.state]);
  const verdict = verdictOn(found.item.verdict, today());
  if (verdict.hasLapsed) remarks.push(say("lapsed"));
  return { result: packed.listed.includes(found.item.id) ? "correct" : "misplaced", item: found.item, verdict, remarks, sticker: found.sticker };
}

function show(answer, id) {
  const box = $("result");
  const parts = [];
  if (answer.result) parts.push(element("p", words.results[answer.result], `scan-word ${answer.result}`));
  if (answer.item) {
    parts.push(element("p", answer.item.name ?? answer.item.id));
    const serial = element("p", undefined, "serial");
    serial.append(element("span", `${say("serial")} · ${say("compare")}`), element("b", answer.item.serial ?? "—"));
    parts.push(serial);
    observe(answer.item);
  } else {
    if (answer.text) parts.push(element("p", answer.text));
    $("observe").hidden = true;
  }
  if (answer.verdict) {
    const look = words.statuses[answer.verdict.status];
    const pill = element("p", undefined, `pill ${answer.verdict.status}`);
    const symbol = element("span", look.symbol);
    symbol.setAttribute("aria-hidden", "true");
    pill.append(symbol, ` ${look.words}`);
    parts.push(pill);
    if (answer.verdict.traceable_until) parts.push(element("p", say("until", { day: answer.verdict.traceable_until })));
    for (const each of answer.verdict.findings) parts.push(element("p", words.findings[each.code]));
  }
  for (const remark of answer.remarks) parts.push(element("p", remark, "scan-remark"));
  if (answer.sticker) parts.push(element("p", words.stickers[answer.sticker], `scan-remark ${answer.sticker}`));
  parts.push(element("p", answer.source, "hint"));
  box.replaceChildren(...parts);
  box.dataset.result = answer.result ?? "";
  performance.mark("shown");
  note(answer, id);
}

function note(answer, id) {
  const words_ = [answer.item?.name ?? answer.item?.id ?? answer.text, answer.result && words.results[answer.result]];
  const line = lines.get(id) ?? element("li");
  line.textContent = words_.filter(Boolean).join(" · ");
  if (!lines.has(id)) $("log").prepend(line);
  lines.set(id, line);
  $("log-card").hidden = false;
}

// A short high tone for what is new, two low ones for what was scanned already; and by touch.
function signal(isAgain) {
  // A browser blocks it, and complains, before the page was touched.
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(isAgain ? [60, 60, 60] : 80);
  if (!sound) return;
  for (const start of isAgain ? [0, 0.18] : [0]) {
    const tone = sound.createOscillator();
    tone.frequency.value = isAgain ? 330 : 880;
    tone.connect(sound.destination);
    tone.start(sound.currentTime + start);
    tone.stop(sound.currentTime + start + 0.1);
  }
}

// ---- Sending ----

async function asked(path, options = {}, patience = PATIENCE) {
  const headers = { accept: "application/json", ...options.headers };
  if (options.method) headers["x-csrf-token"] = csrf ??= (await session()) ?? "";
  return fetch(path, { ...options, headers, signal: AbortSignal.timeout(patience) });
}

async function session() {
  const answer = await fetch("/api/v1/session", { signal: AbortSignal.timeout(PATIENCE) });
  return answer.ok ? (await answer.json()).csrf_token : null;
}

// Everything that waits, in order: scans, then observations, whose items must be known by then.
async function send() {
  if (isSending) {
    isAskedAgain = true; // What was queued since the last look is sent as well.
    return;
  }
  isSending = true;
  try {
    do {
      isAskedAgain = false;
      for (const kind of ["scan", "observation"]) while (await sendSome(kind));
    } while (isAskedAgain);
    await state();
  } catch (error) {
    await state(error instanceof Refused ? error.message : say("offline"));
  } finally {
    isSending = false;
  }
}

const mine = async () => (await all(base, "queue")).filter((each) => each.round === config.round);

async function sendSome(kind) {
  const waiting = (await mine()).filter((each) => each.kind === kind && !each.refused).slice(0, AT_ONCE);
  if (!waiting.length) return false;
  for (const each of waiting) if (each.photoId && !(await sendPhoto(each))) return true; // It is refused now; go on with the others.
  const [name, body] = kind === "scan" ? ["scans", waiting.map(scanBody)] : ["observations", waiting.map(observationBody)];
  const answer = await asked(`${API}/${name}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ [name]: body }),
  });
  if (answer.ok) {
    const told = await answer.json();
    await take(base, "queue", waiting.map((each) => each.order));
    $("done").textContent = told.counts.correct;
    // The verdict of the registry takes the place of the package's, for the scan that is shown.
    (told.scans ?? []).forEach((each, index) => answered(each, waiting[index]));
    return true;
  }
  if (answer.status === 401 || answer.status === 403) {
    csrf = null;
    throw new Refused(say("sign_in"));
  }
  if (answer.status >= 500 || answer.status === 429) throw new Refused(say("offline"));
  refusal = (await answer.json()).detail;
  // One by one, so that a single bad entry holds nothing up. It stays on the phone, with the reason.
  if (waiting.length === 1) await put(base, "queue", { ...waiting[0], refused: refusal });
  else await sendOneByOne(kind, waiting);
  return true;
}

async function sendOneByOne(kind, waiting) {
  for (const each of waiting) {
    const [name, body] = kind === "scan" ? ["scans", scanBody(each)] : ["observations", observationBody(each)];
    const answer = await asked(`${API}/${name}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ [name]: [body] }),
    });
    if (answer.ok) await take(base, "queue", [each.order]);
    else if (answer.status < 500 && answer.status !== 401) await put(base, "queue", { ...each, refused: (await answer.json()).detail });
    else throw new Refused(say("offline"));
  }
}

const scanBody = ({ id, text, way, scanned_at, package_at, site, place }) => ({ id, text, way, scanned_at, package_at, site, place });
const observationBody = ({ id, item, nameplate_matches, seal_intact, photo, remark, observed_at, seen_serial }) => ({
  id, item, nameplate_matches, seal_intact, photo, remark, observed_at, seen_serial,
});

// Sends the photo of an observation, which from then on names its SHA-256. Without it the observation is not sent either; one
// that the registry refuses stays on the phone with the reason, and holds nothing else up.
async function sendPhoto(entry) {
  const answer = await asked(`${API}/photos`, {
    method: "POST", headers: { "content-type": "image/jpeg" }, body: await get(base, "photos", entry.photoId),
  }, LONG_PATIENCE);
  if (answer.status === 401 || answer.status === 403) {
    csrf = null;
    throw new Refused(say("sign_in"));
  }
  if (answer.status >= 500 || answer.status === 429) throw new Refused(say("offline"));
  if (!answer.ok) {
    refusal = (await answer.json()).detail;
    await put(base, "queue", { ...entry, refused: refusal });
    return false;
  }
  const { photoId } = entry;
  entry.photo = (await answer.json()).sha256;
  entry.photoId = null;
  await put(base, "queue", entry);
  await take(base, "photos", [photoId]);
  return true;
}

function answered(told, entry) {
  const remarks = elsewhere(told.sites, entry.site);
  const answer = { result: told.result, item: told.item, verdict: told.verdict, remarks, text: entry.text, source: say("now") };
  if (told.item) remember(told.item.id, entry.site);
  if (entry.id === latest) show(answer, entry.id);
  else note(answer, entry.id);
}

async function state(trouble = "") {
  const queue = await mine();
  const refused = queue.filter((each) => each.refused);
  const waiting = queue.length - refused.length;
  const parts = [trouble];
  if (waiting) parts.push(say("queued", { count: waiting }));
  if (refused.length) parts.push(say("refused", { count: refused.length, reason: refused[0].refused }));
  if (!queue.length && !trouble) parts.push(say("synchronized"));
  $("state").textContent = parts.filter(Boolean).join(" · ");
  $("state").dataset.waiting = String(waiting);
}

// ---- Observations ----

function observe(item) {
  if (!config.isOpen) return;
  current = item;
  $("observed-item").textContent = `${item.name ?? ""} ${item.serial ?? item.id}`;
  $("observe").hidden = false;
}

const flag = (form, name) => ({ yes: true, no: false })[new FormData(form).get(name)] ?? null;

async function noted(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const [file] = $("picture").files;
  const photo = file ? await lightPhoto(file).catch(() => null) : null;
  if (file && !photo) {
    $("result").append(element("p", say("no_picture"), "scan-remark"));
    return;
  }
  const seenSerial = $("seen-serial").value.trim();
  const matches = seenSerial ? likeSerial(seenSerial) === likeSerial(current.serial ?? "") : flag(form, "nameplate");
  await putWithPhoto(base, {
    kind: "observation", round: config.round, id: newId(), item: current.id,
    nameplate_matches: matches, seal_intact: flag(form, "seal"), photo: null, photoId: photo ? newId() : null,
    remark: $("remark").value.trim(), observed_at: new Date().toISOString(), seen_serial: seenSerial && !matches ? seenSerial : null,
  }, photo);
  form.reset();
  form.hidden = true;
  $("result").append(element("p", say("noted"), "hint"));
  await send();
}

// A serial number as the registry compares it (SEMANTICS 3.3 ID_MISMATCH).
const likeSerial = (serial) => serial.normalize("NFKC").trim().toUpperCase();

// The photo as a JPEG of bounded size, without what a camera writes into it about the place.
async function lightPhoto(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LARGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.8, 0.6, 0.4, 0.2]) {
    const photo = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (photo.size <= LARGEST_PHOTO) return photo;
  }
  return null;
}

// Where the auditor stands stays chosen when the page is opened anew.
const WHERE = `where ${config.round}`;
const stay = () => put(base, "seen", { site: $("site")?.value ?? "", tells: $("place").checked }, WHERE);

// ---- Where the phone is: in tenths of a degree, made so before anything is kept or sent, and only while the box is ticked ----

function locate() {
  if (!$("place").checked) {
    whereabouts = null;
    $("told-place").textContent = "";
    return;
  }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      if (!$("place").checked) return;
      whereabouts = `${coords.latitude.toFixed(1)},${coords.longitude.toFixed(1)}`;
      $("told-place").textContent = say("place_told", { place: whereabouts });
      setTimeout(locate, FRESH);
    },
    () => {
      whereabouts = null;
      $("told-place").textContent = say("place_unknown");
    },
    { maximumAge: FRESH, timeout: PAUSE },
  );
}

// ---- The package ----

async function load() {
  $("load").disabled = true;
  try {
    const answer = await asked(`${API}/package`, {}, LONG_PATIENCE);
    if (!answer.ok) throw new Refused(answer.status === 401 ? say("sign_in") : (await answer.json()).detail);
    const signed = await answer.json();
    if (await open(signed)) await put(base, "packages", signed, config.round);
    await keepPage();
    await state();
  } catch (error) {
    await state(error instanceof Refused ? error.message : say("offline"));
  } finally {
    $("load").disabled = false;
  }
}

async function open(signed) {
  const found = await unpacked(signed, config.publicKey);
  if (!found) {
    $("package").textContent = say("package_bad");
    return false;
  }
  packed = found;
  const parts = [say("package_at", { count: packed.items.length, moment: shown(packed.known_at) })];
  if (!packed.isChecked) parts.push(say("package_unchecked"));
  $("package").textContent = parts.join(" · ");
  $("package").dataset.asOf = packed.as_of;
  return true;
}

// The page and its files, so that they open without a network. A page of signing in is not kept in its place.
async function keepPage() {
  if (!("caches" in window)) return;
  const cache = await caches.open("rounds");
  const page = await fetch(location.pathname);
  if (page.ok && !page.redirected) await cache.put(location.pathname, page);
  await cache.addAll(config.kept);
  document.documentElement.dataset.kept = "yes";
}

async function forget() {
  const waiting = await mine();
  if (waiting.some((each) => !each.refused)) return state();
  packed = null;
  await take(base, "packages", [config.round]);
  await take(base, "seen", [config.round, WHERE]);
  await take(base, "queue", waiting.map((each) => each.order));
  if ("caches" in window) await (await caches.open("rounds")).delete(location.pathname);
  $("package").textContent = say("package_none");
}

// ---- Camera and photos ----

async function decoder() {
  const library = globalThis.BarcodeDetectionAPI;
  if (!config.decoder || !library) return null;
  const wasm = config.decoder["zxing_reader.wasm"];
  await library.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  const made = new library.BarcodeDetector({ formats: ["qr_code", "data_matrix"] });
  await made.detect(new ImageData(640, 480)); // The first picture takes longest, so it is an empty one.
  return made;
}

async function start() {
  try {
    sound ??= new AudioContext();
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false,
    });
    $("video").srcObject = stream;
    await $("video").play();
  } catch {
    $("no-camera").hidden = false;
    $("no-camera").textContent = say("camera_refused");
    return;
  }
  $("start").hidden = true;
  $("state").textContent = say("scanning");
  performance.mark("first-frame");
  watch();
}

async function watch() {
  let last = "", lastAt = 0;
  while ($("video").srcObject) {
    const [found] = await detector.detect($("video")).catch(() => []);
    const now = performance.now();
    if (found?.rawValue) {
      const isNew = found.rawValue !== last || now - lastAt > AGAIN;
      [last, lastAt] = [found.rawValue, now];
      if (isNew) await scan(found.rawValue, "camera");
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

async function byHand(event) {
  event.preventDefault();
  const code = $("code").value.trim();
  const file = $("photo").files[0];
  if (code) {
    $("code").value = "";
    await scan(code, "typed");
  } else if (file && detector) {
    $("photo").value = "";
    const [found] = await detector.detect(await createImageBitmap(file)).catch(() => []);
    if (found?.rawValue) await scan(found.rawValue, "photo");
    else $("result").replaceChildren(element("p", say("nothing_read")));
  } else if (file) $("by-hand").submit(); // The service reads it.
}

async function begin() {
  base = await opened();
  for (const [key, sites] of (await get(base, "seen", config.round)) ?? []) for (const site of [null, ...sites]) remember(key, site);
  navigator.serviceWorker?.register("/service-worker.js");
  for (const [id, event, act] of [
    ["by-hand", "submit", byHand], ["observe", "submit", noted], ["load", "click", load],
    ["send", "click", send], ["forget", "click", forget], ["start", "click", start],
    ["place", "change", locate], ["place", "change", stay], ["site", "change", stay],
  ]) $(id)?.addEventListener(event, act);
  addEventListener("online", send);
  setInterval(() => Number($("state").dataset.waiting) && send(), PAUSE);
  const where = await get(base, "seen", WHERE);
  if (where && $("site")) $("site").value = where.site;
  if (where?.tells) $("place").click();
  $("carried").hidden = false;
  if (navigator.geolocation && isSecureContext) $("tell").hidden = $("whereabouts").hidden = false;
  $("package").textContent = say("package_none");
  const signed = await get(base, "packages", config.round);
  if (signed) await open(signed);
  if (config.isOpen) await send();
  csrf ??= await session().catch(() => null); // Asked for beforehand: the first scan need not wait for it.
  detector = await decoder().catch(() => null);
  const canFilm = detector && navigator.mediaDevices && config.isOpen;
  $("camera").hidden = !canFilm;
  if (!canFilm) $("no-camera").hidden = false;
  else if ((await navigator.permissions?.query({ name: "camera" }).catch(() => null))?.state === "granted") await start();
  document.documentElement.dataset.ready = "yes";
}

begin();
