package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"sahut/agentui"
	"sahut/configs"
)

// demoUsers are the accounts of the demo.
var demoUsers = []agentui.User{
	{Name: "sari", Role: agentui.Volunteer},
	{Name: "dewi", Role: agentui.Volunteer},
	{Name: "ayu", Role: agentui.Volunteer},
	{Name: "rina", Role: agentui.Supervisor},
	{Name: "admin", Role: agentui.Admin},
}

// demoCommand runs a server that needs no file and no account.
func demoCommand(ctx context.Context, term *terminal, args []string) (err error) {
	f := flags(term, "demo")
	listen := f.String("listen", "127.0.0.1", "`IP` address to listen on")
	sipPort := f.Int("sip", 5060, "SIP `port`; 0 picks a free one")
	httpPort := f.Int("http", 8080, "HTTP `port`; 0 picks a free one")
	data := f.String("data", "", "data `directory` to keep; without it everything is gone at the end")
	callers := f.Int("callers", 0, "`number` of simulated callers that keep calling")
	verbose := f.Bool("v", false, "log every step")
	if _, err := parse(f, args); err != nil {
		return err
	}
	if net.ParseIP(*listen) == nil {
		return usageError{fmt.Sprintf("-listen %s is no IP address", *listen)}
	}
	if *data == "" {
		if *data, err = os.MkdirTemp("", "sahut-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(*data)) }()
	}

	level := slog.LevelWarn
	if *verbose {
		level = slog.LevelInfo
	}
	cfg := demoConfig(*listen, *sipPort, *httpPort, *data)
	password, err := prepareDemo(cfg, supervised(configs.DemoRouting()))
	if err != nil {
		return err
	}
	h, err := openHouse(cfg, newLog(term.err, level))
	if err != nil {
		return err
	}
	welcomeDemo(term, h, password, *callers)
	fmt.Fprintln(term.out, h.readyLine())

	life, stop := context.WithCancel(ctx)
	var simulated sync.WaitGroup
	defer simulated.Wait()
	defer stop()
	if *callers > 0 {
		simulated.Go(func() { keepCalling(life, h.sip.Addr(), *callers, h.log) })
	}
	return serve(ctx, h)
}

// supervised adds the demo's supervisor to its volunteers: without a page and a shift
// of her own she could hear nobody.
func supervised(r configs.Routing) configs.Routing {
	rina := configs.NewAgent("rina", "Rina", r.Queues[0].ID)
	rina.Supervisor = true
	r.Agents = append(r.Agents, rina)
	return r
}

// demoConfig is the default with everything on one address and only loopback
// as the trunk.
func demoConfig(listen string, sipPort, httpPort int, data string) configs.Server {
	cfg := configs.Default()
	cfg.Data = data
	cfg.DrainTimeout = configs.Duration(5 * time.Second)
	cfg.SIP.Listen = []string{net.JoinHostPort(listen, strconv.Itoa(sipPort))}
	cfg.SIP.Trunks = []configs.Trunk{{Name: "loopback", Addresses: []string{"127.0.0.0/8", "::1/128"}}}
	cfg.Media.Address = listen
	cfg.Media.WebRTCPort = 0
	cfg.HTTP.Listen = net.JoinHostPort(listen, strconv.Itoa(httpPort))
	return cfg
}

// prepareDemo makes the accounts, with one fresh password for all of them, and
// the routing if there is none yet.
func prepareDemo(cfg configs.Server, first configs.Routing) (password string, err error) {
	s, err := openStore(cfg)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	d := directory{s}
	if password, err = demoAccounts(d); err != nil {
		return "", err
	}
	r, _, err := d.Routing()
	if err != nil {
		return "", err
	}
	if len(r.Queues) == 0 {
		_, err = d.SaveRouting(first, "demo", "", 0)
	}
	return password, err
}

// demoAccounts makes the accounts, or gives them the new password.
func demoAccounts(d directory) (password string, err error) {
	password = strings.ToLower(rand.Text()[:12])
	for _, u := range demoUsers {
		err := d.AddUser(u, password)
		if errors.Is(err, agentui.ErrExists) {
			err = d.ChangeUser(u.Name, agentui.UserChange{Password: &password})
		}
		if err != nil {
			return "", err
		}
	}
	return password, nil
}

// welcomeDemo tells a new user what to do. It goes to stderr: stdout has the
// ready line and nothing else.
func welcomeDemo(term *terminal, h *house, password string, callers int) {
	page := "http://" + h.web.Addr().String()
	fmt.Fprintf(term.err, `
  Sahut, a demo on this machine.

  Open      %s
  Sign in   sari, dewi or ayu (volunteers), rina (supervisor), admin
  Password  %s

  Press Start shift, then Ready.`, page, password)
	if callers > 0 {
		fmt.Fprintf(term.err, " Simulated callers ring: answer, and she speaks to you.\n")
	} else {
		fmt.Fprintf(term.err, " Then call from another terminal:\n")
	}
	fmt.Fprintf(term.err, `
  A call    sahut call -to sip:%s@%s -for 30s
  Records   sahut calls -data %s
  Admin     %s/admin (as admin)

  Ctrl-C ends it.

`, configs.DemoNumber, h.sip.Addr(), h.cfg.Data, page)
}
