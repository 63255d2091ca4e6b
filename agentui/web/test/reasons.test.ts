import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonsSaid } from "../board/reasons";
import { adminEn } from "../i18n/admin-en";
import { adminId } from "../i18n/admin-id";

const name = (a: string) => ({ sari: "Sari" })[a] ?? a;

test("why nobody was rung reads as a sentence", () => {
  assert.equal(reasonsSaid("sari:paused de:wi:gender offline=28", adminEn.reasons, name, "none"), "Sari is on a pause; de:wi is not of the gender she asked for; 28 × is off shift");
  assert.equal(reasonsSaid("offline=3", adminId.reasons, name, "none"), "3 × tidak bertugas");
  assert.equal(reasonsSaid("nobody", adminEn.reasons, name, adminEn.nobodyInQueue), "No volunteer answers this queue");
  assert.equal(reasonsSaid("v1:strange", adminEn.reasons, name, ""), "v1 strange");
});
