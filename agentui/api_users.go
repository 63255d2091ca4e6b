package agentui

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"sahut/configs"
)

// NewUser is an account to add.
type NewUser struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Role     Role   `json:"role"`
}

// UserList is all accounts, by name.
type UserList struct {
	Users []User `json:"users"`
}

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)

func (s *Server) getUsers(w http.ResponseWriter, r *request) error {
	users, err := s.directory.Users()
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	return writeJSON(w, http.StatusOK, UserList{nonNil(users)})
}

func (s *Server) postUser(w http.ResponseWriter, r *request) error {
	var n NewUser
	if err := readJSON(w, r, &n); err != nil {
		return err
	}
	if n.Role == "" {
		n.Role = Volunteer
	}
	switch {
	case !userName.MatchString(n.Name):
		return invalidField("name", "A user name is 1 to 32 of a-z, 0-9, dot, dash and underscore, and begins with a letter or digit.", "32")
	case !n.Role.known():
		return invalidRole
	case !configs.ValidPassword(n.Password):
		return invalidPassword
	}
	u := User{Name: n.Name, Role: n.Role}
	switch err := s.directory.AddUser(u, n.Password); {
	case errors.Is(err, ErrExists):
		return &Problem{Status: http.StatusConflict, Code: "exists", Detail: "There is an account of that name. Choose another name, or change that account."}
	case err != nil:
		return fmt.Errorf("add account: %w", err)
	}
	s.log.Info("account added", "user", u.Name, "role", u.Role, "by", r.author())
	w.Header().Set("Location", "/api/v1/users/"+u.Name)
	return writeJSON(w, http.StatusCreated, u)
}

// patchUser changes an account. Whatever changes, its sessions end: they were
// opened under other rights.
func (s *Server) patchUser(w http.ResponseWriter, r *request) error {
	var c UserChange
	if err := readJSON(w, r, &c); err != nil {
		return err
	}
	name := r.PathValue("name")
	u, err := s.directory.User(name)
	if err != nil {
		return err
	}
	if err := s.mayChange(u, c); err != nil {
		return err
	}
	if c == (UserChange{}) {
		return writeJSON(w, http.StatusOK, u)
	}
	if err := s.directory.ChangeUser(name, c); err != nil {
		return fmt.Errorf("change account %s: %w", name, err)
	}
	if err := s.endUser(name); err != nil {
		return err
	}
	if u, err = s.directory.User(name); err != nil {
		return err
	}
	s.log.Info("account changed", "user", name, "role", u.Role, "disabled", u.Disabled, "password", c.Password != nil, "by", r.author())
	return writeJSON(w, http.StatusOK, u)
}

// mayChange refuses what makes no sense, and what would leave nobody who can
// undo it.
func (s *Server) mayChange(u User, c UserChange) error {
	switch {
	case c.Password != nil && !configs.ValidPassword(*c.Password):
		return invalidPassword
	case c.Role != nil && !c.Role.known():
		return invalidRole
	}
	loses := u.Role == Admin && !u.Disabled && ((c.Role != nil && *c.Role != Admin) || (c.Disabled != nil && *c.Disabled))
	if !loses {
		return nil
	}
	users, err := s.directory.Users()
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	for _, other := range users {
		if other.Name != u.Name && other.Role == Admin && !other.Disabled {
			return nil
		}
	}
	return &Problem{Status: http.StatusConflict, Code: "last_admin", Detail: "This is the last admin. Make someone else an admin first."}
}

func (r Role) known() bool { return r == Volunteer || r == Supervisor || r == Admin }

var (
	invalidRole     = invalidField("role", "A role is volunteer, supervisor or admin.")
	invalidPassword = invalidField("password", fmt.Sprintf("A password has at least %d characters and at most %d bytes. Three or four words that do not belong together are good.", configs.ShortestPassword, configs.LongestPassword),
		strconv.Itoa(configs.ShortestPassword), strconv.Itoa(configs.LongestPassword))
)

func invalidField(field, detail string, args ...string) *Problem {
	return &Problem{Status: http.StatusUnprocessableEntity, Code: "invalid_" + field, Detail: detail, Args: args}
}
