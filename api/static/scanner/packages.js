// The audit package: checked when it comes and whenever it is opened, and asked what a scan is without a network.

import { bytesOf, codeOf, examined, fromHex, isSigned } from "./stickers.js";

const CONTEXT = new TextEncoder().encode("traceability-registry round package\0");
const FORMAT = "traceability-round-package/1";

// The package of a signed text; `isChecked` is false in a browser that does not know Ed25519. Null for a wrong signature.
export async function unpacked(signed, publicKey) {
  const message = new Uint8Array([...CONTEXT, ...new TextEncoder().encode(signed.text)]);
  const good = signed.public_key === publicKey ? await isSigned(fromHex(publicKey), fromHex(signed.signature), message) : false;
  if (good === false) return null;
  const told = JSON.parse(signed.text);
  if (told.format !== FORMAT) return null;
  return { ...told, isChecked: good === true, ways: waysOf(told) };
}

// What a text leads to: the item, the label, and for a sticker the answer to its signature.
export async function ledTo(packed, text, today) {
  const digits = /^https?:.*\/s\/([1-9][0-9]{0,399})\/?$/i.exec(text)?.[1];
  if (digits) {
    const signed = bytesOf(digits);
    const found = packed.ways.get(codeOf(signed)) ?? null;
    if (!found) return null;
    return { ...found, sticker: await examined(signed, packed, found.item, found.label, today) };
  }
  const inner = /^https?:.*\/i\/([^/?#]+)\/?$/i.exec(text)?.[1];
  const plain = inner ? decoded(inner) : text;
  return packed.ways.get(plain) ?? packed.ways.get(codeLike(plain)) ?? packed.ways.get(aliasLike(text)) ?? null;
}

// The verdict as far as it can be known on a later day: good days end with the last one that the package knows.
export function verdictOn(verdict, today) {
  const isGood = verdict.status === "traceable" || verdict.status === "conditional";
  const hasLapsed = isGood && verdict.traceable_until !== null && verdict.traceable_until < today;
  return { ...verdict, status: hasLapsed ? "indeterminate" : verdict.status, hasLapsed };
}

function decoded(encoded) {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

const codeLike = (text) =>
  text.toUpperCase().replace(/[ \-_.]+/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");
const aliasLike = (text) => `alias ${text.trim().toUpperCase()}`;

function waysOf(told) {
  const ways = new Map();
  for (const item of told.items) {
    for (const alias of item.aliases) ways.set(aliasLike(alias), { item, label: null });
    for (const label of item.labels) ways.set(label.code, { item, label });
  }
  for (const item of told.items) ways.set(item.id, { item, label: null });
  return ways;
}
