package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"sahut/agentui"
)

// userCommand manages accounts. Who answers which queue is routing, not here.
func userCommand(ctx context.Context, term *terminal, args []string) error {
	what, rest, err := verb(args, "add", "list", "passwd", "disable")
	if err != nil {
		return err
	}
	switch what {
	case "add":
		return userAdd(ctx, term, rest)
	case "list":
		return userList(ctx, term, rest)
	case "passwd":
		return userPasswd(ctx, term, rest)
	}
	return userDisable(ctx, term, rest)
}

func userAdd(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "user add")
	d := installation(f)
	role := f.String("role", "volunteer", "volunteer, supervisor or admin")
	from := f.String("password-file", "", "`file` with the password; - or nothing reads it from standard input")
	rest, err := parse(f, args, "NAME")
	if err != nil {
		return err
	}
	password, err := readPassword(term, *from)
	if err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		account := map[string]any{"name": rest[0], "role": *role, "password": password}
		if err := o.json(ctx, http.MethodPost, "/api/v1/users", account, nil); err != nil {
			return err
		}
		fmt.Fprintf(term.out, "added %s (%s)\n", rest[0], *role)
		if *role == "volunteer" {
			fmt.Fprintln(term.out, "to be offered calls she must also be on a queue: see sahut routing, or Volunteers in the browser")
		}
		return nil
	})
}

func userList(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "user list")
	d := installation(f)
	asJSON := f.Bool("json", false, "one JSON object a line")
	if _, err := parse(f, args); err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		var list agentui.UserList
		if err := o.get(ctx, "/api/v1/users", &list); err != nil {
			return err
		}
		if *asJSON {
			return printLines(term.out, list.Users)
		}
		t := tabwriter.NewWriter(term.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(t, "NAME\tROLE\tSTATE")
		for _, u := range list.Users {
			state := "active"
			if u.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\n", u.Name, u.Role, state)
		}
		return t.Flush()
	})
}

func userPasswd(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "user passwd")
	d := installation(f)
	from := f.String("password-file", "", "`file` with the password; - or nothing reads it from standard input")
	rest, err := parse(f, args, "NAME")
	if err != nil {
		return err
	}
	password, err := readPassword(term, *from)
	if err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		change := map[string]any{"password": password}
		if err := o.json(ctx, http.MethodPatch, "/api/v1/users/"+url.PathEscape(rest[0]), change, nil); err != nil {
			return err
		}
		fmt.Fprintf(term.out, "%s has a new password; her sessions are ended\n", rest[0])
		return nil
	})
}

func userDisable(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "user disable")
	d := installation(f)
	undo := f.Bool("undo", false, "let the account sign in again")
	rest, err := parse(f, args, "NAME")
	if err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		change := map[string]any{"disabled": !*undo}
		if err := o.json(ctx, http.MethodPatch, "/api/v1/users/"+url.PathEscape(rest[0]), change, nil); err != nil {
			return err
		}
		word := "disabled; her sessions are ended"
		if *undo {
			word = "active again"
		}
		fmt.Fprintf(term.out, "%s is %s\n", rest[0], word)
		return nil
	})
}

// readPassword takes the first line of the file or of standard input, so that
// no password ever stands in a process list.
func readPassword(term *terminal, name string) (string, error) {
	in := term.in
	if name != "" && name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	} else if stat, err := os.Stdin.Stat(); err == nil && term.in == io.Reader(os.Stdin) && stat.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprint(term.err, "password (will be shown): ")
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return "", errors.New("the password is empty; write it on one line of standard input or name a file with -password-file")
	}
	return password, nil
}

// decode reads one JSON value.
func decode(r io.Reader, out any) error { return json.NewDecoder(r).Decode(out) }
