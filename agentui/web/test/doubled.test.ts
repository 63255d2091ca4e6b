import { strict as assert } from "node:assert";
import { test } from "node:test";
import { stray, type Press } from "../doubled";

const press = (there: boolean, at: number, x = 100, y = 100): Press => ({ on: { isConnected: there } as Element, at, x, y });

test("the second half of a double press is dropped where the first took its target away", () => {
  assert.equal(stray(press(false, 0), press(true, 300, 110, 120)), true);
  assert.equal(stray(press(true, 0), press(true, 300)), false, "a keypad is pressed fast");
  assert.equal(stray(press(false, 0), press(true, 600)), false, "she has seen it");
  assert.equal(stray(press(false, 0), press(true, 300, 200, 100)), false, "she went there");
  assert.equal(stray(null, press(true, 0)), false);
});
