package queue

import "time"

// A caller who cannot speak: her volunteer has questions played to her, and she
// answers with 1 for yes and 2 for no. Only then are keys of a talk kept in the
// journal, and only as yes or no. That nobody says anything never ends a call.

// questions are what can be asked, and the prompt that says it. OwnQuestion is
// what the volunteer asks by her own voice.
var questions = map[string]string{
	OwnQuestion: "",
	"danger":    "ask-danger",
	"near":      "ask-near",
	"hurt":      "ask-hurt",
	"police":    "ask-police",
	"stay":      "ask-stay",
}

// OwnQuestion is a question the volunteer asks herself; only the words about the
// two keys are played.
const OwnQuestion = "own"

// yesNo is the prompt about the two keys.
const yesNo = "yes-no"

// The answers.
const (
	answerYes = "yes"
	answerNo  = "no"
)

// answersShown bounds what the screen keeps.
const answersShown = 20

// SilentView is what was asked of a caller who cannot speak, and what she
// answered.
type SilentView struct {
	Question string         `json:"question"` // the latest
	Asked    time.Time      `json:"asked"`
	Answers  []SilentAnswer `json:"answers"` // oldest first
}

// SilentAnswer is one answer.
type SilentAnswer struct {
	Question string    `json:"question"`
	Answer   string    `json:"answer"` // yes, no
	At       time.Time `json:"at"`
}

// onSilentAsked plays a question to the caller, and to her volunteer.
func (s *state) onSilentAsked(ev SilentAsked) {
	a, c := s.inHand(ev.Agent, ev.Contact)
	prompt, known := questions[ev.Question]
	if a == nil || !known || c.phase != talking || a.held {
		return
	}
	if c.silent == nil {
		c.silent = &SilentView{Answers: []SilentAnswer{}}
	}
	c.silent.Question, c.silent.Asked = ev.Question, s.now
	prompts := []string{yesNo}
	if prompt != "" {
		prompts = []string{prompt, yesNo}
	}
	s.record(Entry{Kind: QuestionAsked, Contact: c.id, Agent: a.id, Queue: c.line.id, Reason: ev.Question})
	s.order(Say{Contact: c.id, Prompts: prompts, Language: c.language})
	s.show(a)
}

// onSilentEnded: she speaks after all; keys are keys again.
func (s *state) onSilentEnded(ev SilentEnded) {
	if a, c := s.inHand(ev.Agent, ev.Contact); a != nil && c.silent != nil {
		c.silent = nil
		s.show(a)
	}
}

// silentKey takes 1 and 2 for the answer to the latest question, and tells
// whether it did.
func (s *state) silentKey(c *contact, key rune) bool {
	answer, ok := map[rune]string{'1': answerYes, '2': answerNo}[key]
	if c.silent == nil || !ok {
		return false
	}
	v := *c.silent // views that were handed out stay as they are
	v.Answers = append(append([]SilentAnswer{}, v.Answers...), SilentAnswer{v.Question, answer, s.now})
	v.Answers = v.Answers[max(0, len(v.Answers)-answersShown):]
	c.silent = &v
	s.record(Entry{Kind: QuestionAnswered, Contact: c.id, Agent: c.agent.id, Queue: c.line.id, Reason: v.Question, Result: answer})
	s.notify(c.agent, Notice{Code: SilentSaid, Contact: c.id, Key: answer})
	s.show(c.agent)
	return true
}
