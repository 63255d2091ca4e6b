import { strict as assert } from "node:assert";
import { test } from "node:test";
import { mistake, outage, refusal } from "../i18n/problems";

const short = { code: "no_queue_of", args: ["@lost_callers", "night, day"], value: "nite", reason: "is no queue; its callers would have nowhere to go", remedy: "use night or day, or add it under queues" };

test("a mistake is said in the reader's language", () => {
  assert.equal(mistake(short, "en"), "“nite” is no queue; its callers would have nowhere to go: use night or day, or add it under queues.");
  assert.equal(mistake(short, "id"), "“nite” bukan antrean; penelepon tidak punya tempat tujuan: pakai salah satu dari night, day, atau tambahkan di bagian Antrean.");
});

test("what nobody knows falls back to English", () => {
  assert.equal(mistake({ code: "of_tomorrow", args: ["@new"], reason: "is odd", remedy: "" }, "id"), "is odd.");
  assert.equal(refusal({ code: "of_tomorrow", args: [], detail: "No." }, "id"), "No.");
});

test("refusals and outages carry their arguments", () => {
  assert.equal(refusal({ code: "range_too_long", args: ["400"], detail: "a report covers at most 400 days." }, "id"), "Rentangnya terlalu panjang: paling banyak 400 hari.");
  assert.equal(outage({ cause: "refuses our registration (403)", cause_code: "refused:403" }, "id"), "menolak pendaftaran kita (403)");
  assert.equal(outage({ cause: "its certificate cannot be trusted: x509: odd", cause_code: "tls_untrusted:x509: odd" }, "id"), "sertifikatnya tidak dapat dipercaya: x509: odd");
});
