package configs

import (
	"slices"
	"strings"
	"time"
)

// Menu is a question a caller answers by a key before she enters a queue. All
// it does when she does not answer is to lead on.
type Menu struct {
	ID      string       `yaml:"id" json:"id" doc:"Short stable name, used by numbers and other menus."`
	Prompt  string       `yaml:"prompt" json:"prompt" doc:"The prompt that tells the choices."`
	Timeout Duration     `yaml:"timeout" json:"timeout" default:"5s" doc:"How long a caller may think after the prompt ended."`
	Repeat  int          `yaml:"repeat" json:"repeat" default:"1" doc:"How often it is asked again when she pressed nothing, or another key."`
	Choices []MenuChoice `yaml:"choices" json:"choices" doc:"What each key means."`
	Queue   string       `yaml:"queue" json:"queue" doc:"The queue of those who did not choose, and of choices that name none."`
}

// MenuChoice is one key of a menu. What it says of the volunteer is asked for in the
// queue she enters.
type MenuChoice struct {
	Key      string `yaml:"key" json:"key" doc:"The key: 1 to 9, * or #. 0 twice ends the call at once, so it is none."`
	Menu     string `yaml:"menu" json:"menu" default:"" doc:"The menu that follows; two levels are the most."`
	Queue    string `yaml:"queue" json:"queue" default:"" doc:"The queue she enters; empty: the menu's."`
	Language string `yaml:"language" json:"language" default:"" choices:",id,en" doc:"The language of all she hears from now on, and of the volunteer."`
	Gender   string `yaml:"gender" json:"gender" default:"" choices:",f,m" doc:"The gender of the volunteer, which nothing waives but the caller herself."`
	Topic    string `yaml:"topic" json:"topic" default:"" doc:"What the volunteer is trained for."`
	Danger   bool   `yaml:"danger" json:"danger" default:"false" doc:"She is in danger now: she goes before all who are not, and no further menu is asked."`
}

// String is the choice in a list of changes.
func (o MenuChoice) String() string {
	words := []string{o.Key + ":"}
	for _, w := range []string{o.Menu, o.Queue, o.Language, o.Gender, o.Topic} {
		if w != "" {
			words = append(words, w)
		}
	}
	if o.Danger {
		words = append(words, "danger")
	}
	return strings.Join(words, " ")
}

func (m Menu) validate(c check, v judge) {
	c.name("id", m.ID)
	v.prompt(c, "prompt", m.Prompt, false)
	c.between("timeout", m.Timeout, time.Second, time.Minute)
	c.count("repeat", m.Repeat, 0, 5)
	v.queue(c, "queue", m.Queue, "lost_silent")
	if len(m.Choices) == 0 {
		c.bad("choices", "", choicesMissing)
	}
	for i, o := range m.Choices {
		o.validate(c.in("choices").at(i), m, v)
	}
	unique(c.in("choices"), "key", m.Choices, func(o MenuChoice) string { return o.Key })
}

func (o MenuChoice) validate(c check, m Menu, v judge) {
	c.choices(o)
	c.key("key", o.Key)
	if o.Topic != "" {
		c.name("topic", o.Topic)
	}
	if o.Queue != "" {
		v.queue(c, "queue", o.Queue, "lost_key")
	}
	switch next := v.menu(o.Menu); {
	case o.Menu == "":
	case o.Queue != "":
		c.bad("menu", o.Menu, menuAndQueue)
	case o.Danger:
		c.bad("menu", o.Menu, menuInDanger)
	case next == nil:
		c.bad("menu", o.Menu, noMenu)
	case next.ID == m.ID:
		c.bad("menu", o.Menu, menuSelf)
	case slices.ContainsFunc(next.Choices, func(o MenuChoice) bool { return o.Menu != "" }):
		c.bad("menu", o.Menu, menuTooDeep, o.Menu)
	}
}

// menuKeys are the keys a caller may be asked to press.
const menuKeys = "123456789*#"

// key checks a key of a telephone that may mean something.
func (c check) key(key, s string) {
	switch {
	case s == "0":
		c.bad(key, s, zeroKey)
	case len(s) != 1 || !strings.Contains(menuKeys, s):
		c.bad(key, s, noKey)
	}
}

// menu returns the menu of that id, or nil.
func (v judge) menu(id string) *Menu {
	for i := range v.routing.Menus {
		if v.routing.Menus[i].ID == id {
			return &v.routing.Menus[i]
		}
	}
	return nil
}

// menuOf checks a number's reference to a menu; empty is none.
func (v judge) menuOf(c check, key, id string) {
	if id == "" || v.menu(id) != nil {
		return
	}
	var ids []string
	for _, m := range v.routing.Menus {
		ids = append(ids, m.ID)
	}
	if near := nearest(id, ids); near != "" {
		c.bad(key, id, noMenuNear, near)
		return
	}
	c.bad(key, id, noMenuOrEmpty)
}
