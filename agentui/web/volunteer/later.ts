// The parts of the screen that a call can come in without: they are fetched
// right after the first drawing, so that a slow line rings sooner.

export { devices } from "./devicecard";
export { dialogs } from "./dialogs";
export { floor } from "./floor";
export { proof } from "./proof";
export { myDay } from "./day";
export { callbacks } from "./callbacks";
export { messages } from "./messages";
export { myShifts } from "./shifts";
export { abuse, afterAbuse, debrief, silentPanel, silentTile } from "./silent";
export { Tour } from "../tour";
