// The figures and their formulas, in English. This is the only place: the
// wallboard and the reports say the same. Formulas are those of docs/kpi.md.

/** Name and formula of each figure, by its id. */
export const kpiEn = {
  service_level: ["In time", "A_T / (A + B_L + Z): answered within T, of all who were answered, left later than S, or were not served."],
  service_level_1: ["In time (1)", "(A_T + B_T) / (A + B): answered or left within T, of all who were answered or left."],
  service_level_2: ["In time (2)", "A_T / A: answered within T, of the answered. It ignores everyone who gave up; for comparison only."],
  service_level_3: ["In time (3)", "A_T / (A + B): answered within T, of all who were answered or left."],
  service_level_4: ["In time (4)", "A_T / (A + B - B_T): answered within T, of all who were answered or left later than T."],
  service_level_5: ["In time (5)", "(A_T + B_S) / (A + B): answered within T or left within S, of all who were answered or left."],
  abandon_rate: ["Left", "B / O: who ended the call while waiting, of all who entered a queue and did not move on."],
  abandon_rate_long: ["Left later than S", "B_L / (O - B_S): the same without those who left within S."],
  lost_caller_rate: ["Lost", "Who gave up and was not answered within a day, of O. Callers without a number count as lost. A restart makes it too high for a day."],
  lost_caller_rate_withheld: ["Lost without a number", "Who gave up and withheld her number, of O: nobody can know whether she was answered later."],
  answer_rate: ["Answered", "A / (A + B + Z): who was answered, of all who were answered, left, or were not served."],
  blockage: ["Not let in", "Who never entered a queue (closed, full, nobody on shift), of these and O."],
  average_speed_of_answer: ["Mean wait", "The waits of those who were answered, ringing included, summed, divided by their number."],
  wait_p50: ["Median wait", "Half of those who were answered waited at most so long; a wait that somebody really had."],
  wait_p90: ["Wait of nine in ten", "Nine of ten who were answered waited at most so long; a wait that somebody really had."],
  wait_p95: ["Wait of 19 in 20", "Nineteen of twenty who were answered waited at most so long; a wait that somebody really had."],
  longest_wait: ["Longest wait", "The longest wait of anybody who did not move on."],
  average_time_to_abandon: ["Mean wait of who left", "The waits of B_L, who left later than S, summed, divided by their number."],
  average_handle_time: ["Mean call", "Talk, hold and writing of callers' contacts, divided by the answered."],
  handle_time_p50: ["Median call", "Half of the talks took at most so long, hold and writing included. One very long talk does not change it."],
  average_hold_time: ["Mean hold", "Of the mean call: the time on hold."],
  average_wrap_up_time: ["Mean writing", "Of the mean call: the time volunteers write after it."],
  occupancy: ["Occupancy", "Time talking, holding and writing, of that and the time ready or rung. Pauses are in neither. Of all volunteers together."],
  utilisation: ["Utilisation", "Time talking, holding and writing, of the time on shift. Of all volunteers together."],
  shrinkage: ["Missing of the plan", "1 - (ready, rung, talking, holding and writing) / planned. Below zero, when more was worked than planned. Of all volunteers together."],
  adherence: ["Kept of the plan", "Time ready, rung, talking, holding and writing within planned shifts, of the planned time. Of all volunteers together."],
  callback_safety: ["Safe call-backs", "Attempts to call back that went out while it was safe, of all attempts. It must be 100 %; anything less is an alarm."],
  callback_reach: ["Call-backs that reached", "Attempts to call back in which she was talked to, of all attempts."],
  heavy_load_max: ["Heavy calls in a row", "The most heavy contacts in a row that any shift had. It is of no person, and nobody is ranked by it."],
  heavy_load_p90: ["Heavy in a row, nine in ten", "Nine of ten shifts had at most so many heavy contacts in a row."],
} satisfies Record<string, [string, string]>;

export type KpiWords = Record<keyof typeof kpiEn, [string, string]>;
