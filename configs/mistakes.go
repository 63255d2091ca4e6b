package configs

import (
	"fmt"
	"strings"
)

// mistake is one kind of what can be wrong with a routing document: its code,
// and what English people read, where {0} and {1} stand for the arguments.
// Screens say it in their own language by the code.
type mistake struct{ code, reason, remedy string }

// kinds are all mistakes with a code; a test holds the screens' tables to them.
var kinds []mistake

func kind(code, reason, remedy string) mistake {
	m := mistake{code, reason, remedy}
	kinds = append(kinds, m)
	return m
}

// inFile is a mistake of the server's settings. No screen shows those: whoever
// edits the file reads English, and there is no code.
func inFile(reason, remedy string) mistake { return mistake{reason: reason, remedy: remedy} }

// term is an argument that is itself said in the reader's language. Programs get
// it as "@" and its code.
type term string

// terms are what such arguments are in English.
var terms = map[term]string{
	"object": "a group of keys", "list": "a list", "scalar": "a value", "null": "nothing",
	"text": "a text", "duration": "a duration", "password": "a password", "number": "a whole number", "amount": "an amount", "switch": "true or false",
	"lost_callers": "its callers would have nowhere to go", "lost_silent": "who presses nothing would have nowhere to go",
	"lost_key": "who presses this key would have nowhere to go", "lost_ring": "no call of it could ring",
	"lost_plan": "nobody could be counted for it", "lost_blocked": "a blocked caller who needs help would reach nobody",
}

// fill puts arguments into a text.
func fill(text string, args []any) string {
	for i, a := range args {
		s := fmt.Sprint(a)
		switch a := a.(type) {
		case term:
			s = terms[a]
		case []string:
			s = orList(a)
		}
		text = strings.ReplaceAll(text, "{"+itoa(i)+"}", s)
	}
	return text
}

// coded are arguments as programs get them.
func coded(args []any) []string {
	var out []string
	for _, a := range args {
		s := fmt.Sprint(a)
		switch a := a.(type) {
		case term:
			s = "@" + string(a)
		case []string:
			s = strings.Join(a, ", ")
		}
		out = append(out, s)
	}
	return out
}

// problem words a mistake.
func (m mistake) problem(path, value string, args ...any) Problem {
	p := Problem{Path: path, Value: value, Code: m.code, Reason: fill(m.reason, args), Remedy: fill(m.remedy, args)}
	if m.code != "" {
		p.Args = coded(args)
	}
	return p
}

// at words a mistake at a place of the text, whatever the path.
func (m mistake) at(at position, args ...any) Problem {
	p := m.problem("", "", args...)
	p.Line, p.Column = at.line, at.column
	return p
}

// Values out of their limits.
var (
	tooShort       = kind("too_short", "is too short", "use {0} to {1}")
	tooLong        = kind("too_long", "is too long", "use {0} to {1}")
	outOfRange     = kind("out_of_range", "is out of range", "use {0} to {1}")
	negative       = kind("negative", "is out of range", "use 0 or more")
	ratioRange     = kind("ratio_range", "is out of range", "use 0 (no limit) to 1000; 5 means five callers a volunteer")
	tooMany        = kind("too_many", "are too many", "use at most {0}")
	textTooLong    = kind("text_too_long", "is too long", "use at most {0} letters")
	labelTooLong   = kind("label_too_long", "is too long for a button", "use at most {0} letters")
	ringTooShort   = kind("ring_too_short", "is too short for a person to react", "use at least 5s; 20s is usual")
	ringTooLong    = kind("ring_too_long", "keeps a caller waiting on one volunteer for too long", "use at most 2m; 20s is usual")
	waitBelowRing  = kind("wait_below_ring", "is shorter than ring_for, so no volunteer could be rung to the end", "use more than {0}; 15m is usual")
	tooFewCalls    = kind("too_few_calls", "would hit a frightened caller who hangs up and calls again", "use at least 5, or 0 for no limit; 10 is usual")
	notLaterRung   = kind("not_later_rung", "is not later than the rung before", "use more than {0}, or join the two")
	notLaterStep   = kind("not_later_step", "is not later than the step before", "use more than {0}, or join the two steps")
	neverReached   = kind("never_reached", "is never reached: by then the exit was taken", "use less than max_wait, which is {0}")
	narrowerStep   = kind("narrower_step", "is less than in the step before; a step only widens", "use at least {0}, or leave it out")
	tierNeverRung  = kind("tier_never_rung", "is never rung: the steps of {0} end with a lower one", "use at most {1}, or let a step of the queue go on to tiers: {2}")
	costsUnlimited = kind("costs_unlimited", "cannot be kept: no rate says what a call to {0} costs", "add a rate whose prefix {0} begins with")
)

// What is missing.
var (
	nameMissing    = kind("name_missing", "is missing", "give it a short stable name")
	labelMissing   = kind("label_missing", "is missing", "write what people should read")
	numberMissing  = kind("number_missing", "is missing", "write the number as the trunk delivers it, for example 0213903963")
	otherMissing   = kind("other_line_missing", "is missing", "write the other line's number, for example 129")
	prefixMissing  = kind("prefix_missing", "is missing", "write the beginning of a number with its country code, for example +6221")
	promptMissing  = kind("prompt_missing", "is missing", "name a prompt; music and closing are built in")
	queueMissing   = kind("queue_missing", "is missing; {0}", "name a queue")
	daysMissing    = kind("days_missing", "is missing", "list the days it begins on: [mon, tue, wed, thu, fri]")
	windowsMissing = kind("windows_missing", "is missing", "list when it is open, or set open: closed")
	agentsMissing  = kind("agents_missing", "is missing", "list who comes, by user name")
	choicesMissing = kind("choices_missing", "is missing, so there is nothing to ask", "add a choice, or remove the menu")
	exitMissing    = kind("exit_missing", "is missing, so a caller nobody answers would wait for ever", "name another queue, or words, the prompt played before the call ends: exit: {words: closing}")
	noStay         = kind("no_stay", "leave no key for who wants to wait on", "add one with do: stay")
	neverOpen      = kind("never_open", "is never open", "add a window under weekly, or set open24: true")
	changesNothing = kind("changes_nothing", "changes nothing", "name tiers, strategy, drop, supervisors or mobiles, or remove the step")
	coverNothing   = kind("cover_nothing", "names neither a language nor a gender", "name one, or use min_planned")
)

// What cannot be read as what it should be.
var (
	noShortName  = kind("no_short_name", "is no short name", nameRemedy)
	noOneLine    = kind("no_one_line", "holds letters that cannot be shown on one line", "write it on one line, without control characters")
	noNumber     = kind("no_number", "is no telephone number", "write digits only, perhaps with a leading +, for example 0213903963")
	noOtherLine  = kind("no_other_line", "is no telephone number", "write it with country code, or a short code like 129")
	noWholeNum   = kind("no_whole_number", "is no whole number with country code", "write it like +622139039631")
	noMobile     = kind("no_mobile", "is no number with country code", "write it like +628123456789")
	noPrefix     = kind("no_prefix", "is neither the beginning of a number with country code nor a short code", "write it like +6221 or 112")
	noCode       = kind("no_code", "is no code that can be pressed", "use 3 to 8 digits, for example 4711")
	zeroCode     = kind("zero_code", "holds two zeros, which end any call at once", "use another code, for example 4711")
	zeroKey      = kind("zero_key", "is no choice: 0 twice ends the call at once, for callers somebody came in on", "use 1 to 9, * or #")
	noKey        = kind("no_key", "is no key of a telephone", "use 1 to 9, * or #, one key")
	noLanguage   = kind("no_language", "is no code of a language", "write two or three small letters, for example id, en or jv")
	noZone       = kind("no_zone", "is no time zone", "write Asia/Jakarta, Asia/Makassar or Asia/Jayapura, or another IANA name")
	noDay        = kind("no_day", "is no day", "write it like 2026-12-25")
	noWeekday    = kind("no_weekday", "is no day of the week", "choose {0}")
	noStart      = kind("no_start", "is no time of day", "write it like 08:00")
	noEnd        = kind("no_end", "is no time of day", "write it like 22:00; the end of the day is 24:00")
	emptySpan    = kind("empty_span", "is when it begins, so it is never open", "for a whole day write 00:00 to 24:00")
	noInstant    = kind("no_instant", "is no time with a zone", "write it like 2026-12-24T20:00:00+07:00")
	noPromptName = kind("no_prompt_name", "is no name of a prompt", "use a prompt's name without folder and ending, for example greeting")
	noNeed       = kind("no_need", "is nothing a caller can need", "choose language or topic")
	noChoice     = kind("no_choice", "is not a choice", "choose {0}")
	noChoiceNear = kind("no_choice_near", "is not a choice", "did you mean \"{0}\"? The choices are {1}")
)

// What names nothing there is.
var (
	noQueue       = kind("no_queue", "is no queue; {0}", "add it under queues")
	noQueueOf     = kind("no_queue_of", "is no queue; {0}", "use {1}, or add it under queues")
	noQueueNear   = kind("no_queue_near", "is no queue; {0}", "did you mean {1}?")
	noMenu        = kind("no_menu", "is no menu", "add it under menus")
	noMenuOrEmpty = kind("no_menu_or_empty", "is no menu", "add it under menus, or leave it empty")
	noMenuNear    = kind("no_menu_near", "is no menu", "did you mean {0}?")
	noHours       = kind("no_hours", "are no hours", "add them under hours, or leave it empty: always open")
	noPrompt      = kind("no_prompt", "is a prompt nobody has recorded", "upload it under Prompts first")
	noPromptNear  = kind("no_prompt_near", "is a prompt nobody has recorded", "did you mean {0}? Else upload it under Prompts first")
	noAgent       = kind("no_agent", "is no volunteer", "use the user name of somebody under agents")
	noAgentNear   = kind("no_agent_near", "is no volunteer", "did you mean {0}?")
	notHerQueue   = kind("not_her_queue", "is no queue she answers", "add it to her queues, or remove the tier")
	notAllowed    = kind("not_allowed", "may not be called", "add {0} to outgoing.allow")
	notKnown      = kind("not_known", "is not known", "add {0} to outgoing.services")
)

// What contradicts something else.
var (
	listedTwice   = kind("listed_twice", "is listed twice", "remove one of the two")
	nameTaken     = kind("name_taken", "is taken by element {0} of the list already", "remove one of the two, or rename it")
	reserved      = kind("reserved", "is a reason Sahut itself uses", "choose another code")
	allowedDenied = kind("allowed_denied", "is in allow too", "keep it in one of the two lists")
	openTwice     = kind("open_twice", "says when it is open, and open24 says always", "remove one of the two")
	needlessOpen  = kind("needless_windows", "has no meaning with open: {0}", "set open: windows, or remove them")
	needlessQueue = kind("needless_queue", "has no meaning with do: {0}", "use do: queue, or remove it")
	needlessNum   = kind("needless_number", "has no meaning with do: {0}", "use do: number, or remove it")
	manyExits     = kind("many_exits", "names more than one way; a caller can only take one", "keep queue, words or message")
	exitSelf      = kind("exit_self", "is this queue itself, so a caller nobody answers would wait for ever", "let one of the queues end in words")
	exitCircle    = kind("exit_circle", "leads round in a circle ({0}), so a caller nobody answers would wait for ever", "let one of the queues end in words")
	closedSelf    = kind("closed_self", "is this queue itself, which is closed then", "name another queue, or words")
	ladderSelf    = kind("ladder_self", "is this queue itself", "name another, or use do: stay")
	menuAndQueue  = kind("menu_and_queue", "cannot follow: queue is named too", "keep menu or queue")
	menuInDanger  = kind("menu_in_danger", "would keep a caller in danger from the queue", "name a queue, or nothing, instead")
	menuSelf      = kind("menu_self", "leads back to itself", "name another menu, or a queue")
	menuTooDeep   = kind("menu_too_deep", "asks for yet another menu; two levels are the most a caller in need can bear", "let the choices of {0} name queues")
	genderKept    = kind("gender_kept", "is never dropped: who asks for a woman is not answered by a man", "remove it; to offer her another way, use the ladder")
	offWithTimes  = kind("off_with_times", "is a day off, and from and to say when they come", "remove from and to, or off")
	shiftsOverlap = kind("shifts_overlap", "overlaps another shift of {0}, {1}", "let one end when the other begins, or remove one of the two")
)

// What cannot be read at all.
var (
	wrongKind     = kind("wrong_kind", "is {0}, not {1}", "write it like {2}")
	wrongPlace    = kind("wrong_kind_plain", "is {0}, not {1}", "take the example as a pattern")
	notObject     = kind("not_object", "is {0}, not a group of keys", "write its keys below it: {1}")
	notList       = kind("not_list", "is {0}, not a list", "begin each element with a dash")
	notListLike   = kind("not_list_like", "is {0}, not a list", "write [{1}]")
	emptyElement  = kind("empty_element", "is empty", "remove the element, or fill it in")
	notKind       = kind("not_kind", "is not {0}", "write it like {1}")
	notKindPlain  = kind("not_kind_plain", "is not {0}", "take the example as a pattern")
	needsQuotes   = kind("needs_quotes", "is not {0} in quotes", "write it like {1}")
	needsQuotesIn = kind("needs_quotes_plain", "is not {0} in quotes", "take the example as a pattern")
	quoted        = kind("quoted", "in quotes is not {0}", "write it without quotes, like {1}")
	noUnit        = kind("no_unit", "is not a duration", "say the unit: {0}s or {0}m")
	unreadable    = kind("unreadable", "cannot be read", "")
	unknownKey    = kind("unknown_key", "is unknown", "remove it; the keys here are {0}")
	unknownNear   = kind("unknown_key_near", "is unknown", "did you mean {0}?")
	unknownHere   = kind("unknown_key_elsewhere", "is unknown", "it belongs at {0}")
	tooLarge      = kind("too_large", "is larger than any routing document", "is this the right file?")
	setTwice      = kind("set_twice", "{0} was set already", "keep one of the two")
	setTwiceLine  = kind("set_twice_line", "{0} was set on line {1} already", "keep one of the two")
	noJSON        = kind("no_json", "cannot be read as JSON: {0}", "check the commas, the quotes and the brackets before this place")
	noYAML        = kind("no_yaml", "cannot be read as YAML: {0}", "check the indentation, the colons and the quotes of this line and the one before")
	brokenYAML    = kind("broken_yaml", "cannot be read as YAML: {0}", "take the example as a pattern")
	secondYAML    = kind("second_yaml", "begins a second document", "keep everything in one; remove the line ---")
	utf16         = kind("utf16", "is UTF-16 text", "save the file as UTF-8")
	notUTF8       = kind("not_utf8", "holds bytes that are not UTF-8", "save the file as UTF-8")
	zeroByte      = kind("zero_byte", "holds a zero byte", "is this the right file? It must be text")
	tooDeep       = kind("too_deep", "is nested too deeply", "take the example as a pattern")
	yamlAlias     = kind("yaml_alias", "uses an anchor, alias or tag of YAML, which is not supported here", "write the value out")
	yamlPart      = kind("yaml_part", "uses a part of YAML that is not supported here ({0})", "take the example as a pattern")
	yamlMerge     = kind("yaml_merge", "uses a merge key of YAML, which is not supported here", "write the values out")
)
