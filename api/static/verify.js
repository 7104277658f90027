// Checks a proof bundle (docs/evidence.md) in the browser: signature, hashes, inclusion, checkpoint. No network, no library.
// It does not run the rules of traceability again; `registry proof verify` does.
"use strict";

(() => {
  const FORMAT = "traceability-proof/1";
  const MOST_BYTES = 16 * 1024 * 1024;
  // The parts of the file, as the command reads them: each field with its kind. `?` may be left out, `|null` may be null, `[]` is
  // a list, `{}` an object of texts by any names.
  const FIELDS = {
    bundle: {
      format: "text", made_at: "instant", question: "question", verdict: "verdict", "coverage?": "days[]", "account?": "account",
      facts: "fact[]", proof: "text[]", checkpoint: "text", documents: "document[]", signature: "signature",
    },
    question: {
      target: "text", as_of: "day", "from?": "day", "until?": "day", known_at: "instant", policy: "text", "purpose?": "purpose", "readings?": "truth",
    },
    purpose: { "quantity?": "text", "unit?": "text", "low?": "text", "high?": "text" },
    verdict: {
      target: "text", as_of: "day", known_at: "instant", policy: "text", status: "status", findings: "finding[]", graph: "graph",
      depth: "whole|null", "traceable_until?": "day|null",
    },
    finding: { code: "text", severity: "severity", subject: "text", "detail?": "{}" },
    graph: { nodes: "node[]", links: "link[]" },
    node: { certificate: "text", item: "text", uses: "use[]", end: "day|null", findings: "text[]" },
    use: { day: "day", by: "text" },
    link: { by: "text", reference: "reference", found: "text|null", is_anchor: "truth" },
    reference: { item: "text", "certificate?": "text", "quantity?": "text", "unit?": "text", "low?": "text", "high?": "text" },
    days: { from: "day", until: "day", status: "status", findings: "text[]" },
    account: {
      "energy?": "text", "unit?": "text", readings: "whole", apportioned: "whole", shares: "share[]", unread: "run[]", factors: "factor[]",
    },
    share: {
      standing: "standing", days: "whole", read_days: "whole", quantity: "text", at_least: "text", at_most: "text", emissions: "text", without_factor: "text",
    },
    run: { from: "day", until: "day" },
    factor: { edition: "text", value: "text", unit: "text", from: "day", until: "day", source: "text" },
    fact: { index: "whole", salt: "text", text: "text", "parts?": "parts" },
    part: { place: "whole", salt: "text", text: "text" },
    document: { certificate: "text", sha256: "digest" },
    signature: { key: "text", value: "text" },
  };
  const STATUS_OF = { fail: "not_traceable", indeterminate: "indeterminate", condition: "conditional", note: "traceable" };
  const isText = (value) => typeof value === "string" && value.isWellFormed();
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const isLike = (pattern) => (value) => isText(value) && pattern.test(value);
  const isDay = (value) => isText(value) && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) && new Date(`${value}T00:00:00Z`).toISOString().startsWith(value);
  const KINDS = {
    text: isText, day: isDay, truth: (value) => typeof value === "boolean", whole: (value) => Number.isSafeInteger(value) && value >= 0,
    instant: (value) => isLike(/^[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$/)(value) && isDay(value.slice(0, 10)) && !Number.isNaN(Date.parse(value)),
    digest: isLike(/^[0-9a-f]{64}$/), severity: (value) => isText(value) && Object.hasOwn(STATUS_OF, value),
    status: (value) => Object.values(STATUS_OF).includes(value), standing: (value) => [...Object.values(STATUS_OF), "non_metrological"].includes(value),
    "{}": (value) => isObject(value) && Object.entries(value).flat().every(isText) && Object.keys(value).length > 0,
    parts: (value) => isObject(value) && Object.keys(value).length > 0 && Object.values(value).every((each) => isOf(each, "part[]")),
  };
  // The lists whose records are facts, and the fields of which parts can be withheld.
  const SECTIONS = ["organizations", "competences", "items", "certificates", "events", "metering_points", "withdrawals", "meter_readings"];
  const SEALABLE = ["name", "scope", "reason", "recorded_by", "source"];
  const SHANGHAI = 8 * 3600 * 1000; // Milliseconds before UTC: in which days are told.
  const isEnglish = () => document.documentElement.lang.startsWith("en");
  const say = (zh, en) => (isEnglish() ? en : zh);
  const utf8 = (text) => new TextEncoder().encode(text);

  class ProofError extends Error {}
  const refuse = (zh, en) => { throw new ProofError(say(zh, en)); };
  const demand = (condition, zh, en) => { if (!condition) refuse(zh, en); };

  // Whether a value is of a kind: all fields that are needed, none that is unknown, each of its own kind.
  function isOf(value, kind) {
    if (kind.endsWith("|null")) return value === null || isOf(value, kind.slice(0, -5));
    if (kind.endsWith("[]")) return Array.isArray(value) && value.every((each) => isOf(each, kind.slice(0, -2)));
    if (Object.hasOwn(KINDS, kind)) return KINDS[kind](value);
    if (!isObject(value)) return false;
    let known = 0;
    const isRight = Object.entries(FIELDS[kind]).every(([stated, of]) => {
      const name = stated.replace("?", "");
      if (!Object.hasOwn(value, name)) return name !== stated;
      known += 1;
      return isOf(value[name], of);
    });
    return isRight && known === Object.keys(value).length;
  }

  // RFC 8785 for what a bundle holds: objects, lists, texts, whole numbers, truth values, null.
  function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value !== null && typeof value === "object") {
      return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
    }
    if (typeof value === "string") demand(value.isWellFormed(), "文件含残缺字符", "the file holds half a character");
    if (typeof value === "number") demand(Number.isSafeInteger(value), "文件含非整数", "the file holds a number that is not whole");
    return JSON.stringify(value);
  }

  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) { whole.set(part, at); at += part.length; }
    return whole;
  }

  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = (one, other) => hex(one) === hex(other);

  function unpacked(text, length) {
    let bytes;
    try { bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0)); } catch { refuse("不是 base64", "this is not base64"); }
    const isPlain = btoa(String.fromCharCode(...bytes)) === text;
    demand(isPlain && (length === undefined || bytes.length === length), "base64 长度不对", "base64 of another length expected");
    return bytes;
  }

  // A verifier key: name+id+key (c2sp.org/signed-note); algorithm 1 is Ed25519.
  async function keyOf(line) {
    const first = line.indexOf("+"), second = line.indexOf("+", first + 1);
    demand(first > 0 && second > first, "这不是验证公钥", "this is no verifier key");
    const name = line.slice(0, first), id = line.slice(first + 1, second), bytes = unpacked(line.slice(second + 1));
    const expected = (await sha256(utf8(`${name}\n`), bytes)).slice(0, 4);
    demand(bytes[0] !== 255, "SM2 密钥（实验性）：浏览器不认识 SM2，请用命令 registry proof verify 核验", "an SM2 key (experimental): browsers do not know SM2; check with the command registry proof verify");
    demand(bytes.length === 33 && bytes[0] === 1 && hex(expected) === id, "这不是验证公钥", "this is no verifier key");
    let key;
    try { key = await crypto.subtle.importKey("raw", bytes.slice(1), { name: "Ed25519" }, false, ["verify"]); } catch {
      refuse("此浏览器不支持 Ed25519，无法核验签名", "this browser does not know Ed25519: the signature cannot be checked");
    }
    return { name, id: expected, key };
  }

  const isSigned = (key, signature, data) => crypto.subtle.verify({ name: "Ed25519" }, key.key, signature, data);

  async function opened(note, key) {
    const cut = note.lastIndexOf("\n\n");
    demand(cut > 0 && note.endsWith("\n"), "检查点不是签名文本", "the checkpoint is no signed note");
    const text = note.slice(0, cut + 1);
    for (const line of note.slice(cut + 2, -1).split("\n")) {
      demand(line.startsWith("\u2014 "), "检查点的签名行有误", "a line of the checkpoint is no signature");
      const [name, encoded, ...more] = line.slice(2).split(" ");
      demand(encoded !== undefined && more.length === 0, "检查点的签名行有误", "a line of the checkpoint is no signature");
      const signature = unpacked(encoded);
      if (name !== key.name || !same(signature.slice(0, 4), key.id)) continue;
      demand(await isSigned(key, signature.slice(4), utf8(text)), "检查点的签名不正确", "the signature of the checkpoint is wrong");
      const [origin, size, root] = text.split("\n");
      demand(origin !== "" && /^(0|[1-9][0-9]{0,15})$/.test(size), "检查点的叶数有误", "the size of the checkpoint is none");
      return { origin, size: Number(size), root: unpacked(root, 32) };
    }
    return refuse("检查点没有此密钥的签名", "the checkpoint is not signed with this key");
  }

  function read(content) {
    demand(content.length <= MOST_BYTES, "文件过大，不是溯源证明", "the file is too large for a proof bundle");
    let text, bundle;
    try { text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content); bundle = JSON.parse(text); } catch {
      refuse("文件不是 JSON", "the file is not JSON");
    }
    demand(isObject(bundle) && bundle.format === FORMAT, "这不是溯源证明", "this is no proof bundle");
    demand(isOf(bundle, "bundle"), "字段缺失、未知或有误", "a field is missing, unknown or malformed");
    demand(bundle.question.readings !== false, "不是规范形式（RFC 8785）", "not in canonical form (RFC 8785)");
    demand(canonical(bundle) === text, "不是规范形式（RFC 8785）", "not in canonical form (RFC 8785)");
    return bundle;
  }

  // What a fact says: of which list, its record, and the digests of its parts. One spelling, as the leaf is of one.
  function told({ text, parts = {} }) {
    const document = JSON.parse(text), { sealed = {}, ...rest } = document, sections = Object.keys(rest);
    const [section] = sections, record = rest[section], isKnown = sections.length === 1 && SECTIONS.includes(section) && isObject(record);
    const isSealed = !("sealed" in document) || (isObject(sealed) && Object.keys(sealed).length > 0 && section !== "withdrawals");
    const isRight = isKnown && isSealed && Object.entries(sealed).every(([field, each]) => SEALABLE.includes(field) && isOf(each, "text[]"));
    const isNamed = isRight && isText(section === "withdrawals" ? record.certificate : record.id) && !("withdrawal" in record);
    demand(isNamed && canonical(document) === text, "有一条内容不是登记记录", "a fact is no record of this registry");
    demand(Object.keys(parts).every((field) => Object.hasOwn(sealed, field)), "出示了不属于该记录的部分", "a part is shown that the record does not have");
    demand(Object.values(parts).every((each) => each.length > 0), "文件结构有误", "the file is malformed");
    return { section, record: { ...record }, digests: sealed, parts };
  }

  // Whether each record is there once, withdrawals are of certificates that are there, and so are the originals.
  function isWhole(records, documents) {
    const ids = new Set(records.map(({ section, record }) => `${section} ${record.id || record.certificate} ${record.recorded_at || ""}`));
    const certificates = new Set(records.filter((each) => each.section === "certificates").map((each) => each.record.id));
    const withdrawn = records.filter((each) => each.section === "withdrawals").map((each) => each.record.certificate);
    const ofFiles = documents.map((each) => each.certificate);
    const isOnce = ids.size === records.length && new Set(withdrawn).size === withdrawn.length && new Set(ofFiles).size === ofFiles.length;
    return isOnce && [...withdrawn, ...ofFiles].every((id) => certificates.has(id));
  }

  // Every fact as it was hashed, and what stands in its place where a part is withheld.
  async function opening(facts) {
    const leaves = new Map(), records = [], withheld = [], ofReadings = new Map();
    let last = -1;
    for (const fact of facts) {
      demand(fact.index > last, "记录未按次序排列", "the facts are not in the order of the tree");
      last = fact.index;
      const commitment = await sha256(unpacked(fact.salt, 16), utf8(fact.text));
      leaves.set(fact.index, await sha256(Uint8Array.of(0), commitment));
      const { section, record, digests, parts } = told(fact);
      for (const [field, expected] of Object.entries(digests)) {
        const shown = Object.hasOwn(parts, field) ? parts[field] : [];
        let before = -1;
        for (const part of shown) {
          demand(part.place > before && part.place < expected.length, "各部分次序不对", "parts out of order");
          before = part.place;
          const digest = await sha256(unpacked(part.salt, 16), utf8(part.text));
          demand(same(digest, unpacked(expected[part.place], 32)), "所出示的部分与承诺不同", "a part is not the one committed to");
          demand(canonical(JSON.parse(part.text)) === part.text, "有一条内容不是登记记录", "a fact is no record of this registry");
        }
        if (section === "meter_readings" && shown.length < expected.length) ofReadings.set(field, (ofReadings.get(field) || 0) + 1);
        else if (shown.length < expected.length) withheld.push(`${section} ${record.id}: ${field} ${expected.length - shown.length}/${expected.length}`);
        if (field === "name") record[field] = shown.length ? String(JSON.parse(shown[0].text)) : say(`${record.id}（名称未出示）`, `${record.id} (name withheld)`);
      }
      records.push({ section, record });
    }
    for (const [field, count] of ofReadings) withheld.push(`meter_readings: ${field} ×${count}`);
    return { leaves, records, withheld };
  }

  // The root that leaves and proof lead to (RFC 9162, 2.1.1; the parts without a leaf come from the proof, left to right).
  async function rootOf(leaves, size, proof) {
    const wanted = [...leaves.keys()];
    demand(wanted.length > 0 && wanted[wanted.length - 1] < size, "有记录不在树中", "a fact is not in the tree");
    let next = 0;
    const part = async (indices, start, end) => {
      if (indices.length === 0) {
        demand(next < proof.length, "证明过短", "the proof is too short");
        next += 1;
        return unpacked(proof[next - 1], 32);
      }
      if (end - start === 1) return leaves.get(start);
      let half = 1;
      while (half * 2 < end - start) half *= 2;
      const middle = start + half;
      const left = await part(indices.filter((index) => index < middle), start, middle);
      return nodeHash(left, await part(indices.filter((index) => index >= middle), middle, end));
    };
    const root = await part(wanted, 0, size);
    demand(next === proof.length, "证明过长", "the proof is too long");
    return root;
  }

  // Whether verdict and days are about what was asked, and the status is that of the worst reason; more is not asked here.
  function isAnswered({ question: asked, verdict: answer, coverage }) {
    const worst = Object.keys(STATUS_OF).find((severity) => answer.findings.some((each) => each.severity === severity)) || "note";
    const isSame = STATUS_OF[worst] === answer.status && ["target", "as_of", "known_at", "policy"].every((name) => asked[name] === answer[name]);
    if (coverage === undefined) return isSame && !("from" in asked) && !("until" in asked);
    const next = (day) => new Date(Date.parse(`${day}T00:00:00Z`) + 86400000).toISOString().slice(0, 10);
    const isWhole = coverage.every((days, place) => days.from === (place === 0 ? asked.from : next(coverage[place - 1].until)));
    return isSame && coverage.length > 0 && isWhole && coverage[coverage.length - 1].until === asked.until;
  }

  // Days as readings state them: whole numbers since 1970-01-01.
  const dayOf = (number) => new Date(number * 86400000).toISOString().slice(0, 10);

  // Whether the readings enclosed are those that were asked for: of the target, in the period, none twice and none replaced.
  function isMeasured({ question: asked, account }, records) {
    const readings = records.filter((each) => each.section === "meter_readings").map((each) => each.record);
    if (account === undefined) return readings.length === 0 && !("readings" in asked);
    const replaced = new Set(readings.map((each) => each.replaces)), ordered = [...readings].sort((one, other) => one.first_day - other.first_day);
    const isIn = (each) => each.metering_point === asked.target && dayOf(each.last_day) >= asked.from && dayOf(each.first_day) <= asked.until;
    const isApart = ordered.every((each, place) => place === 0 || each.first_day > ordered[place - 1].last_day);
    return asked.readings === true && account.readings === readings.length && isApart && readings.every((each) => isIn(each) && !replaced.has(each.id));
  }

  // The whole check: what was found right, and the first reason where it was not.
  async function check(content, keyLine, outsideNote, originals = []) {
    const checks = [];
    const done = (zh, en) => checks.push(say(zh, en));
    try {
      demand(globalThis.crypto && crypto.subtle, "此环境没有 WebCrypto，无法核验", "there is no WebCrypto here: nothing can be checked");
      const bundle = read(content);
      done("形式规范", "The form is canonical");
      const key = await keyOf(keyLine.trim());
      const { signature, ...claims } = bundle;
      demand(signature.key === keyLine.trim(), "不是用此密钥签名的", "not signed with this key");
      demand(await isSigned(key, unpacked(signature.value, 64), utf8(canonical(claims))), "签名不正确", "the signature is wrong");
      done("签名正确（Ed25519）", "The signature is right (Ed25519)");
      const checkpoint = await opened(bundle.checkpoint, key);
      done(`检查点：${checkpoint.origin}，${checkpoint.size} 叶`, `Checkpoint of ${checkpoint.origin}, ${checkpoint.size} leaves`);
      demand(Date.parse(bundle.question.known_at) <= Date.parse(bundle.made_at), "所问的已知时刻晚于出具时刻", "it says what will be known after it was made");
      const isWitnessed = Boolean(outsideNote && outsideNote.trim());
      if (isWitnessed) {
        const outside = await opened(outsideNote, key);
        const isSame = outside.origin === checkpoint.origin && outside.size === checkpoint.size && same(outside.root, checkpoint.root);
        demand(isSame, "外部检查点与证明中的不同", "the checkpoint from outside is not that of the bundle");
        done("与外部检查点一致", "It is the checkpoint from outside");
      }
      const found = await opening(bundle.facts);
      const root = await rootOf(found.leaves, checkpoint.size, bundle.proof);
      demand(same(root, checkpoint.root), "证明得到的根不同", "the proof leads to another root");
      done(`${bundle.facts.length} 条记录的摘要都在账本中`, `The hashes of all ${bundle.facts.length} facts are in the ledger`);
      demand(isWhole(found.records, bundle.documents), "记录重复，或撤销与原件没有对应的证书", "a record is there twice, or a withdrawal or an original is of no certificate here");
      demand(isAnswered(bundle), "结论与问题不符", "the verdict answers another question");
      demand(isMeasured(bundle, found.records), "读数与问题不符", "the readings are not those that were asked for");
      for (const { name, content: original } of originals) {
        const digest = hex(await sha256(original)), of = bundle.documents.filter((each) => each.sha256 === digest).map((each) => each.certificate);
        demand(of.length > 0, `文件 ${name} 不是证明所列的原件：已被调换`, `the file ${name} is no original of the bundle: another one was put in its place`);
        done(`${name} 是证书 ${of.join("、")} 的原件`, `${name} is the original of the certificates ${of.join(", ")}`);
      }
      return { ok: true, isCompared: originals.length > 0, checks, bundle, records: found.records, withheld: found.withheld, isWitnessed };
    } catch (error) {
      return { ok: false, checks, reason: error instanceof ProofError ? error.message : say("文件结构有误", "the file is malformed") };
    }
  }

  const STATUSES = {
    traceable: ["可溯源", "Traceable"], conditional: ["有条件可溯源", "Traceable with conditions"],
    indeterminate: ["无法判定", "Cannot be determined"], not_traceable: ["不可溯源", "Not traceable"],
  };
  const statusWords = (status) => say(...(STATUSES[status] || [status, status]));

  function element(name, text, ...children) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  }

  const list = (lines) => element("ul", "", ...lines.map((line) => element("li", line)));
  const section = (title, ...children) => element("section", "", element("h2", title), ...children);

  // The chain as the verdict encloses it: each certificate with what it rests on, from the target up.
  function chainOf(result) {
    const byId = (name) => new Map(result.records.filter((each) => each.section === name).map((each) => [each.record.id, each.record]));
    const certificates = byId("certificates"), items = byId("items"), organizations = byId("organizations");
    const named = (id) => (items.get(id) || {}).name || id;
    const graph = result.bundle.verdict.graph, nodes = new Map(graph.nodes.map((node) => [node.certificate, node]));
    const branch = (id, above) => {
      const certificate = certificates.get(id) || {}, node = nodes.get(id) || { item: "" };
      const issuer = (organizations.get(certificate.issuer) || {}).name || certificate.issuer || "";
      const line = `${named(node.item)} · ${certificate.number || id} · ${issuer} · ${certificate.calibrated_on || ""}`;
      const upper = above.includes(id) ? [] : graph.links.filter((link) => link.by === id);
      const steps = upper.map((link) => (link.found ? branch(link.found, [...above, id]) : element("li", named(link.reference.item))));
      return element("li", line, ...(steps.length ? [element("ul", "", ...steps)] : []));
    };
    const target = result.bundle.verdict.target;
    const firsts = graph.nodes.filter((node) => (node.uses || []).some((use) => use.by === target && use.day === result.bundle.verdict.as_of));
    return element("ul", "", ...firsts.map((node) => branch(node.certificate, [])));
  }

  function shown(result) {
    if (!result.ok) {
      const banner = element("p", say(`核验不通过：${result.reason}`, `Not proved: ${result.reason}`));
      banner.className = "banner not_traceable proof-status";
      return [banner, list(result.checks)];
    }
    const { verdict, coverage, account, documents, made_at: madeAt } = result.bundle;
    const banner = element("p", say(`证明完好。所附结论：${statusWords(verdict.status)}`, `The proof is intact. It says: ${statusWords(verdict.status)}`));
    banner.className = `banner proof-status ${verdict.status in STATUSES ? verdict.status : ""}`;
    const { question } = result.bundle, until = question.until || verdict.as_of, last = until > verdict.as_of ? until : verdict.as_of;
    const madeOn = new Date(Date.parse(madeAt) + SHANGHAI).toISOString().slice(0, 10);
    const facts = [verdict.target, verdict.as_of, verdict.policy, `${say("按此刻已知", "as known at")} ${verdict.known_at}`, `${say("出具于", "made at")} ${madeAt}`].join(" · ");
    const open = [
      say("本页没有重新运行判定规则：结论是登记处的，命令 registry proof verify 会重新判定。", "This page did not run the rules again: the verdict is the registry's. `registry proof verify` computes it anew."),
      say("证明不能显示没有什么：是否另有未附上的记录（例如后来的撤销）无法由此得知。", "A proof cannot show what is not there: whether there are records beyond those enclosed (a withdrawal, say) is not known."),
    ];
    if (verdict.known_at !== madeAt) open.push(say(`结论按 ${verdict.known_at} 已知的记录作出：其后至出具时登记的（例如撤销）未计入。`, `It answers as was known at ${verdict.known_at}: what was recorded between then and its making (a withdrawal, say) does not count.`));
    if (last > madeOn) open.push(say(`${madeOn} 之后的日子在出具时尚未到来：按届时没有新的记录推算。`, `Days after ${madeOn} were still to come when it was made: it supposes that nothing is recorded until then.`));
    if (!result.isWitnessed) open.push(say("检查点只有登记处自己的签名，未与别处保存的检查点比对。", "The checkpoint is the registry's own word: none that was kept elsewhere was compared."));
    if (documents.length && !result.isCompared) open.push(say("原始文件的摘要出自登记处的声明。", "The digests of the original files are the registry's statement."));
    const parts = [banner, element("p", facts), section(say("已核验", "Checked"), list(result.checks)), section(say("未能核验", "Not checked"), list(open))];
    const findings = (verdict.findings || []).map((each) => `${each.severity} · ${each.code} · ${each.subject}`);
    if (findings.length) parts.push(section(say("所附理由", "Reasons as enclosed"), list(findings)));
    parts.push(section(say("所附溯源链", "Chain as enclosed"), chainOf(result)));
    if (coverage) parts.push(section(say("时段", "Period"), list(coverage.map((days) => `${days.from} – ${days.until} · ${statusWords(days.status)} ${days.findings.join(", ")}`))));
    if (account) {
      const readings = result.records.filter((each) => each.section === "meter_readings").map((each) => each.record);
      readings.sort((one, other) => one.first_day - other.first_day);
      const unit = account.unit || "", shares = account.shares.map((each) => `${statusWords(each.standing)} · ${each.days} ${say("天", "days")} · ${each.quantity} ${unit}${account.factors.length ? ` · ${each.emissions} tCO2e` : ""}`);
      parts.push(section(say("时段内的计量（合计如所附，本页未重算）", "What was measured (sums as enclosed, not computed anew here)"), list(shares)));
      parts.push(section(say("所附读数", "Readings as enclosed"), list(readings.map((each) => `${dayOf(each.first_day)} – ${dayOf(each.last_day)} · ${each.value} ${each.unit}`))));
    }
    if (result.withheld.length) parts.push(section(say("未出示的内容", "Withheld"), list(result.withheld)));
    if (documents.length) parts.push(section(say("原始文件 SHA-256", "Original files, SHA-256"), list(documents.map((each) => `${each.certificate}: ${each.sha256}`))));
    return parts;
  }

  globalThis.checkProof = check;

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("proof-form"), result = document.getElementById("proof-result");
    let latest = 0;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const file = form.elements.proof.files[0], turn = latest += 1;
      result.replaceChildren(); // What another file proved is not to stand there while this one is looked at, or cannot be read.
      if (!file) return;
      const bytesOf = async (each) => new Uint8Array(await each.arrayBuffer());
      let told;
      try {
        const originals = await Promise.all(Array.from(form.elements.originals.files, async (each) => ({ name: each.name, content: await bytesOf(each) })));
        told = shown(await check(await bytesOf(file), form.elements.key.value, form.elements.checkpoint.value, originals));
      } catch {
        told = shown({ ok: false, checks: [], reason: say("文件无法读取或结构有误", "the file cannot be read, or is malformed") });
      }
      if (turn === latest) result.replaceChildren(...told);
    });
  });
})();
