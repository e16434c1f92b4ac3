// The conversations that this browser keeps, one entry each: what was asked, and nothing of what came of it.
(() => {
  "use strict";
  const kin = (window.kin ??= {});
  const VERSION = 1;
  const PREFIX = "kin.conversation.";
  const MOST = 50;
  const MOST_TURNS = 12; // as on the page
  const MOST_NAME = 120;

  const isText = (value) => typeof value === "string";
  const isTurn = (turn) => turn !== null && typeof turn === "object" && [turn.id, turn.question, turn.kept].every(isText);
  const isRecord = (record) =>
    isText(record.name) &&
    Number.isFinite(record.changed) &&
    Array.isArray(record.turns) &&
    record.turns.length > 0 &&
    record.turns.length <= MOST_TURNS &&
    record.turns.every(isTurn);

  // The record, or the sentence that says why there is none. What cannot be read stays as it is.
  const parse = (text) => {
    try {
      const record = JSON.parse(text);
      if (record?.version !== undefined && record.version !== VERSION) {
        return { fault: "It was kept by another version of this page, which can open it." };
      }
      if (record?.version === VERSION && isRecord(record)) return { record };
    } catch {
      // said below
    }
    return { fault: "It is damaged and cannot be opened." };
  };

  const keys = () => {
    try {
      return Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at)).filter((key) => key.startsWith(PREFIX));
    } catch {
      return []; // the browser keeps nothing for this page
    }
  };

  const put = (id, text) => {
    const known = keys().includes(PREFIX + id);
    if (!known && keys().length >= MOST) {
      return `${MOST} conversations are kept, and no more can be. This one is kept when you have deleted another.`;
    }
    try {
      localStorage.setItem(PREFIX + id, text);
      return "";
    } catch (error) {
      return error.name === "QuotaExceededError"
        ? "This browser has no room for another conversation. This one is kept when you have deleted another."
        : "This browser keeps nothing for this page, so the conversation is gone when you leave it.";
    }
  };

  kin.store = {
    PREFIX,
    MOST_NAME,
    newId: () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    // The text, to be put back; and the record or the fault.
    read: (id) => {
      try {
        const text = localStorage.getItem(PREFIX + id);
        return text === null ? null : { id, text, ...parse(text) };
      } catch {
        return null;
      }
    },
    // The newest first, then those that cannot be read.
    list: () =>
      keys()
        .map((key) => kin.store.read(key.slice(PREFIX.length)))
        .filter(Boolean)
        .sort((one, other) => (other.record?.changed ?? 0) - (one.record?.changed ?? 0) || one.id.localeCompare(other.id)),
    // Empty, or the sentence that says why it is not kept.
    write: (id, name, turns) =>
      put(id, JSON.stringify({ version: VERSION, name: name.slice(0, MOST_NAME), changed: Date.now(), turns: turns.slice(-MOST_TURNS) })),
    put,
    remove: (id) => localStorage.removeItem(PREFIX + id),
  };
})();
