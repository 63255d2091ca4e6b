import { strict as assert } from "node:assert";
import { test } from "node:test";
import { sectionsOf } from "../admin/state";

test("what tells of callers is a supervisor's, and nobody's whose role is not known yet", () => {
  for (const role of ["admin", "volunteer", ""]) {
    for (const section of ["calls", "callbacks"] as const) assert.ok(!sectionsOf(role).includes(section), `${role} sees ${section}`);
    assert.equal(sectionsOf(role)[0], "status");
  }
  assert.equal(sectionsOf("supervisor")[0], "calls");
  assert.ok(sectionsOf("supervisor").includes("callbacks"));
});
