package sip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sahut/configs"
)

// Looking up where a trunk's server is (RFC 3263). Only names an operator
// wrote into the settings are ever looked up, and what DNS itself answers to
// them; never a name out of a message, which would let anybody make us ask.

// lookupLimit bounds one whole lookup, all its questions together.
const lookupLimit = 2 * time.Second

// placesMost bounds the fail-over list: a zone with hundreds of records is a
// mistake, and each place costs a caller up to four seconds.
const placesMost = 16

// place is one address a request can be sent to.
type place struct {
	addr    netip.AddrPort
	network string // UDP, TCP, TLS
}

func (p place) String() string { return strings.ToLower(p.network) + ":" + p.addr.String() }

// names answers questions about names.
type names interface {
	naptr(ctx context.Context, name string) ([]naptr, error)
	// srv returns the records in the order to try them: by priority, and
	// within one by weighted chance (RFC 2782).
	srv(ctx context.Context, name string) ([]*net.SRV, error)
	addresses(ctx context.Context, name string) ([]netip.Addr, error)
}

// service is one way to speak SIP: what NAPTR and SRV call it.
type service struct {
	network string
	naptr   string
	srv     string
	port    uint16
}

// services are those we speak, in the order to look for them when DNS has no
// wish of its own.
var services = []service{
	{"UDP", "SIP+D2U", "_sip._udp.", 5060},
	{"TCP", "SIP+D2T", "_sip._tcp.", 5060},
	{"TLS", "SIPS+D2T", "_sips._tcp.", 5061},
}

func serviceOf(network string) service {
	for _, s := range services {
		if s.network == network {
			return s
		}
	}
	return services[0]
}

// locate returns the places of a, the best first. A name that DNS knows but
// gives no address is an error like one it does not know.
func locate(ctx context.Context, n names, a configs.ServerAddress) ([]place, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	s := serviceOf(strings.ToUpper(a.Transport))
	if ip, ok := a.IP(); ok {
		port := cmp.Or(uint16(a.Port), s.port)
		return []place{{netip.AddrPortFrom(ip, port), s.network}}, nil
	}
	found, err := locateName(ctx, n, a, s)
	if len(found) > placesMost {
		found = found[:placesMost]
	}
	if len(found) > 0 {
		return found, nil
	}
	if err == nil {
		err = errors.New("DNS knows the name but no address of it")
	}
	return nil, fmt.Errorf("look up %s: %w", a.Host, err)
}

// locateName follows RFC 3263 §4.1 and §4.2.
func locateName(ctx context.Context, n names, a configs.ServerAddress, s service) ([]place, error) {
	if a.Port > 0 {
		// A port in the URI rules out SRV, and with it NAPTR.
		return addressesOf(ctx, n, a.Host, uint16(a.Port), s.network)
	}
	if a.Transport != "" {
		if found, err := viaSRV(ctx, n, s.srv+a.Host, s.network); len(found) > 0 || isOver(ctx) {
			return found, err
		}
		return addressesOf(ctx, n, a.Host, s.port, s.network)
	}
	if found := viaNAPTR(ctx, n, a.Host); len(found) > 0 {
		return found, nil
	}
	var all []place
	for _, s := range services {
		found, _ := viaSRV(ctx, n, s.srv+a.Host, s.network)
		all = append(all, found...)
	}
	if len(all) > 0 {
		return all, nil
	}
	return addressesOf(ctx, n, a.Host, s.port, s.network)
}

func isOver(ctx context.Context) bool { return ctx.Err() != nil }

// viaNAPTR lets the domain itself choose the transport. Its errors only mean
// that there is no such wish.
func viaNAPTR(ctx context.Context, n names, host string) []place {
	records, _ := n.naptr(ctx, host)
	slices.SortStableFunc(records, func(a, b naptr) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.preference, b.preference))
	})
	var all []place
	for _, r := range records {
		for _, s := range services {
			if !strings.EqualFold(r.service, s.naptr) {
				continue
			}
			var found []place
			switch strings.ToLower(r.flags) {
			case "s":
				found, _ = viaSRV(ctx, n, r.replacement, s.network)
			case "a":
				found, _ = addressesOf(ctx, n, r.replacement, s.port, s.network)
			}
			all = append(all, found...)
		}
	}
	return all
}

// viaSRV returns the places of every target, as ordered.
func viaSRV(ctx context.Context, n names, name, network string) ([]place, error) {
	records, err := n.srv(ctx, name)
	if err != nil {
		return nil, err
	}
	var all []place
	for _, r := range records {
		if r.Target == "." || r.Port == 0 {
			continue // "not here" (RFC 2782)
		}
		found, e := addressesOf(ctx, n, r.Target, r.Port, network)
		err = errors.Join(err, e)
		all = append(all, found...)
	}
	if len(all) > 0 {
		return all, nil
	}
	return nil, err
}

func addressesOf(ctx context.Context, n names, host string, port uint16, network string) ([]place, error) {
	ips, err := n.addresses(ctx, host)
	var all []place
	for _, ip := range ips {
		if ip = ip.Unmap(); ip.IsValid() && !ip.IsUnspecified() && !ip.IsMulticast() {
			all = append(all, place{netip.AddrPortFrom(ip, port), network})
		}
	}
	return all, err
}

// systemNames asks the name servers of this machine.
type systemNames struct {
	resolver *net.Resolver
	servers  func() []string // host:port of the name servers
}

func newSystemNames() systemNames {
	return systemNames{&net.Resolver{PreferGo: true}, nameServers}
}

// absolute keeps the search list of resolv.conf away from full names.
func absolute(name string) string {
	if strings.Contains(name, ".") && !strings.HasSuffix(name, ".") {
		name += "."
	}
	return name
}

func (n systemNames) srv(ctx context.Context, name string) ([]*net.SRV, error) {
	_, records, err := n.resolver.LookupSRV(ctx, "", "", absolute(name))
	if len(records) > 0 {
		return records, nil // some were malformed; the rest counts
	}
	return nil, err
}

func (n systemNames) addresses(ctx context.Context, name string) ([]netip.Addr, error) {
	return n.resolver.LookupNetIP(ctx, "ip", absolute(name))
}

func (n systemNames) naptr(ctx context.Context, name string) ([]naptr, error) {
	err := errors.New("this machine knows no name server")
	for _, server := range n.servers() {
		var records []naptr
		if records, err = askNAPTR(ctx, server, name); err == nil {
			return records, nil
		}
		if isOver(ctx) {
			break
		}
	}
	return nil, err
}
