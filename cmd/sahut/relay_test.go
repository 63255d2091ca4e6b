package main

import (
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"testing"
)

// relay passes datagrams between one program and the house, seen by the house
// as coming from an address of the test's choice. What change makes of a
// datagram is what arrives; nil is nothing.
type relay struct {
	front, back *net.UDPConn
	client      atomic.Pointer[netip.AddrPort]
	change      func(data []byte, toHouse bool) []byte
}

// newRelay relays to the house at addr from source, until the test ends.
func newRelay(t *testing.T, addr, source string, change func([]byte, bool) []byte) *relay {
	t.Helper()
	r := &relay{change: change}
	to, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if r.front, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	if r.back, err = net.DialUDP("udp", &net.UDPAddr{IP: net.ParseIP(source)}, to); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{}, 2)
	go func() { r.inwards(); done <- struct{}{} }()
	go func() { r.outwards(); done <- struct{}{} }()
	t.Cleanup(func() { r.front.Close(); r.back.Close(); <-done; <-done })
	return r
}

// addr is where the program sends to.
func (r *relay) addr() string { return r.front.LocalAddr().String() }

func (r *relay) inwards() {
	buf := make([]byte, 65536)
	for {
		n, from, err := r.front.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		r.client.Store(&from)
		if data := r.change(buf[:n], true); data != nil {
			_, _ = r.back.Write(data) // the house may be closed
		}
	}
}

func (r *relay) outwards() {
	buf := make([]byte, 65536)
	for {
		n, err := r.back.Read(buf)
		if err != nil {
			if errors.Is(err, syscall.ECONNREFUSED) {
				continue // the house is not there now
			}
			return
		}
		if to := r.client.Load(); to != nil {
			if data := r.change(buf[:n], false); data != nil {
				_, _ = r.front.WriteToUDPAddrPort(data, *to)
			}
		}
	}
}
