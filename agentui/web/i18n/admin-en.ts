// The words of the administration in English, and by its type their list.
// Labels and help of the routing's fields come from the server.

const plural = new Intl.PluralRules("en");
const many = (n: number, one: string, other: string) => `${n} ${plural.select(n) === "one" ? one : other}`;

export const adminEn = {
  title: "Administration",
  sections: {
    calls: "Calls", status: "Live status", queues: "Queues", numbers: "Numbers", volunteers: "Volunteers",
    choices: "Choices", prompts: "Prompts", routing: "Routing text", history: "History",
  },
  sectionLead: {
    calls: "One line for each call. Numbers are masked; what was said is kept nowhere.",
    status: "What happens now.",
    queues: "How each line treats its callers.",
    numbers: "Which dialled number leads to which queue.",
    volunteers: "Who answers which queues, and the accounts they sign in with.",
    choices: "What volunteers can choose when they pause and after a call.",
    prompts: "What callers hear. Uploaded sound replaces the built-in one of the same name.",
    routing: "The whole routing as YAML, the same text that “sahut routing export” and “apply” use.",
    history: "Every applied version. Going back makes the old version the newest; no call is dropped.",
  },
  readOnly: "You can look at everything here. Only an administrator can change it.",
  toVolunteer: "Volunteer screen",
  reload: "Reload",
  add: "Add",
  remove: "Remove",
  save: "Save",
  none: "none",
  all: "All",
  failed: "This could not be loaded.",
  offline: "The server does not answer. Check the connection, then try again.",
  signedOut: "You are signed out. Sign in again; your draft stays in this tab.",

  // drafts
  dirty: (n: number) => `${many(n, "change", "changes")} not applied yet`,
  dirtyLead: "Callers notice nothing until you apply.",
  discard: "Discard",
  discardAsk: "Throw away all changes that are not applied?",
  check: "Check and apply…",
  checking: "Checking…",
  problemsFound: (n: number) => many(n, "thing to mend", "things to mend"),
  problemsLead: "Nothing was changed. Mend these, then check again.",
  reviewTitle: "Apply these changes?",
  reviewLead: "They take effect at once. Running calls go on.",
  noChanges: "There is nothing to change: this is what already applies.",
  note: "Why (for the history, optional)",
  apply: "Apply",
  applied: (n: number) => `Applied. This is revision ${n}.`,
  conflictTitle: "Somebody else changed the routing meanwhile",
  conflictBy: (who: string, n: number, when: string) => `${who} applied revision ${n} at ${when}. Nothing of yours was applied, and your draft is still here.`,
  conflictKeep: "Put my changes on top of it",
  conflictDrop: "Take theirs, drop mine",
  conflictLead: "If you put yours on top, check the list of changes again before you apply.",

  // a change as a sentence
  whats: { numbers: "number", queues: "queue", agents: "volunteer", pause_reasons: "pause reason", dispositions: "disposition" } as Record<string, string>,
  added: (what: string, name: string) => `${what} ${name} is added`,
  removed: (what: string, name: string) => `${what} ${name} is removed`,
  moved: (what: string) => `the order of the entries (${what}) changes`,
  changed: (what: string, name: string, key: string, before: string, after: string) => `${what} ${name}: “${key}” changes from ${before} to ${after}`,
  nothing: "nothing",

  // calls
  period: "Period",
  periods: { "24h": "Last 24 hours", "168h": "Last 7 days", "720h": "Last 30 days" } as Record<string, string>,
  columns: { started: "Started", number: "Number", queue: "Queue", agent: "Volunteer", outcome: "Outcome", wait: "Waited", talk: "Talked", ended_by: "Ended by" },
  outcomes: {
    answered: "Answered", abandoned_short: "Left at once", abandoned: "Left while waiting", voicemail: "Left a message", callback_kept: "Called back",
    closed: "Closing words", refused_full: "Queue was full", blocked: "Blocked", failed_media: "No sound", system: "System", "": "Running",
  } as Record<string, string>,
  parties: { caller: "Caller", agent: "Volunteer", system: "Sahut", network: "Network", "": "" } as Record<string, string>,
  callsFound: (n: number, of: number) => n === of ? many(n, "call", "calls") : `${n} of ${many(of, "call", "calls")}`,
  noCalls: "No calls in this period.",

  // status
  waiting: "Waiting",
  longest: "Longest wait",
  talking: "Talking",
  readyNow: "Ready",
  queueCol: "Queue",
  stateCol: "State",
  sinceCol: "For",
  answersCol: "Answers",
  dataAge: (s: number) => s < 2 ? "up to date" : `${s} s old`,
  stale: "These figures are old: the server does not answer.",
  outcomesSince: "Since the server started",

  // queues and numbers
  addQueue: "Add a queue",
  addNumber: "Add a number",
  addAgent: "Add a volunteer",
  addChoice: "Add a choice",
  newQueue: "New queue",
  exitKind: "When she has waited too long",
  exitQueue: "another queue takes over",
  exitWords: "closing words, then the call ends",
  flow: "What callers experience",
  flowText: (q: { greeting: string; ring: string; every: string; max: string; nobody: string; exit: string }) =>
    `They hear “${q.greeting}”, then music${q.every ? ` and every ${q.every} their position` : ""}. Each volunteer rings for ${q.ring}. After ${q.max} without an answer (${q.nobody} if nobody is on shift), ${q.exit}.`,
  flowExitQueue: (q: string) => `the queue “${q}” takes over`,
  flowExitWords: (p: string) => `they hear “${p}” and the call ends`,
  durationHint: "For example 20s, 2m or 1m30s.",
  moveUp: "Move up",
  moveDown: "Move down",

  // volunteers and accounts
  agents: "Volunteers in the routing",
  accounts: "Accounts",
  accountsLead: "Changes to accounts take effect at once.",
  noAccount: "has no account yet",
  addAccount: "Add an account",
  username: "User name",
  password: "Password",
  newPassword: "New password",
  passwordHint: "At least 10 characters. Tell it to the person yourself.",
  setPassword: "Set password",
  role: "Role",
  roles: { volunteer: "Volunteer", supervisor: "Supervisor", admin: "Administrator" } as Record<string, string>,
  disabled: "disabled",
  active: "active",
  disable: "Disable",
  enable: "Enable",
  saved: "Saved.",

  // prompts
  builtin: "built-in",
  uploaded: "uploaded",
  length: "Length",
  source: "Source",
  name: "Name",
  upload: "Upload a prompt",
  uploadName: "Name",
  uploadNameHint: "The name that queues use, for example “greeting”.",
  uploadFile: "WAV file",
  uploadHint: "PCM 16 bit or G.711, at most 10 MB.",
  uploadDo: "Upload",
  deletePrompt: "Delete",
  deleteAsk: (name: string) => `Delete the uploaded sound “${name}”? A built-in one of that name plays again.`,
  listen: (name: string) => `Listen to ${name}`,

  // routing text
  yaml: "Routing as YAML",
  download: "Download",
  revert: "Start again from what applies",
  yamlDraft: "Changes made in the forms are not in this text until they are applied.",
  line: (n: number, c: number) => `Line ${n}, column ${c}`,

  // history
  revision: "Revision",
  when: "When",
  author: "By",
  noteCol: "Note",
  current: "applies now",
  showChanges: "Show changes",
  changesOf: (n: number) => `What revision ${n} changed`,
  goBack: "Go back to this",
  goBackTitle: (n: number) => `Go back to revision ${n}?`,
  firstRevision: "The first revision; there is nothing before it.",
};

export type AdminWords = typeof adminEn;
