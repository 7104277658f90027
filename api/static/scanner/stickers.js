// A signed sticker against the package: the same steps and answers as registry.labels.sticker (docs/decisions/0031).

const CONTEXT = new TextEncoder().encode("traceability-registry certificate sticker\0");
const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PACKABLE = " -./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const HEAD = 18, SIGNATURE = 64;
const FIRST_DAY = Date.UTC(2000, 0, 1);
const DAY = 86400000;

export const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// Whether the signature is the key's; null in a browser that does not know Ed25519.
export async function isSigned(publicKey, signature, message) {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    return null;
  }
}

export function bytesOf(digits) {
  let hex = BigInt(digits).toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  return fromHex(hex);
}

// The label code that signed bytes name, whoever signed them; null when they are too short to name one.
export function codeOf(signed) {
  if (signed.length < HEAD) return null;
  let number = BigInt(`0x${toHex(signed.slice(3, 13))}`);
  let code = "";
  for (let place = 0; place < 16; place++, number >>= 5n) code = SYMBOLS[Number(number & 31n)] + code;
  return code;
}

// The answer, by its name in registry.labels.sticker.Answer; null where the signature could not be looked at.
export async function examined(signed, packed, item, label, today) {
  if (signed.length < HEAD + SIGNATURE) return "unreadable";
  if (signed[0] >> 4 !== 1 || (signed[0] & 15) > 1) return "unknown_version";
  const key = packed.keys.find((each) => each.id === toHex(signed.slice(1, 3)));
  if (!key) return "unknown_key";
  const body = signed.slice(0, -SIGNATURE);
  const message = new Uint8Array([...CONTEXT, ...body]);
  const good = await isSigned(fromHex(key.public_key), signed.slice(-SIGNATURE), message);
  if (good === null) return null;
  if (!good) return "forged";
  const view = new DataView(body.buffer, body.byteOffset);
  const [issue, issuedOn, until] = [view.getUint8(13), dayOf(view.getUint16(14)), dayOf(view.getUint16(16))];
  if (key.is_revoked) return "key_revoked";
  if (issuedOn < key.valid_from || issuedOn > key.valid_until) return "key_expired";
  if (!label) return "not_listed";
  if (label.state !== "active") return `label_${label.state}`;
  const own = label.stickers[issue];
  if (own === "revoked" || own === "lost") return `label_${own}`;
  if (own === "replaced" || Object.keys(label.stickers).some((each) => Number(each) > issue)) return "replayed";
  if (!own) return "not_listed";
  if (item.serial !== null && serialOf(signed[0] & 15, body.slice(18)) !== item.serial) return "other_serial";
  if (today < issuedOn) return "not_yet";
  return today > until ? "ended" : "genuine";
}

const dayOf = (number) => new Date(FIRST_DAY + number * DAY).toISOString().slice(0, 10);

function serialOf(form, packed) {
  if (form === 1) return new TextDecoder().decode(packed);
  let number = packed.length ? BigInt(`0x${toHex(packed)}`) : 0n;
  let serial = "";
  for (; number; number /= 41n) serial = (PACKABLE[Number(number % 41n) - 1] ?? "") + serial;
  return serial;
}
