package media

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
	"unsafe"
)

// This file sends and receives datagrams with a system call each and little
// else. What package net does besides costs more than half as much again:
//
//   - it tells the scheduler of every call, because one might block. These do
//     not, and being told wakes the runtime's monitor thread, which then looks
//     around every 20 µs;
//   - it locks the socket for writing and asks the poller, which waits for
//     room. A packet for which there is none is late already: it is dropped.
//
// The socket stays Go's: it is closed, waited for and guarded against use
// after its end as any other.

// maxSockaddr is the size of an IPv6 address as the kernel takes it.
const maxSockaddr = syscall.SizeofSockaddrInet6

// sockaddr is an address as the kernel takes it.
type sockaddr struct {
	raw [maxSockaddr]byte
	n   uint32
}

// set writes an address for a socket of IPv4, or of IPv6 that speaks both.
func (s *sockaddr) set(to netip.AddrPort, six bool) {
	binary.BigEndian.PutUint16(s.raw[2:], to.Port())
	if six {
		binary.NativeEndian.PutUint16(s.raw[:], syscall.AF_INET6)
		ip := to.Addr().As16() // IPv4 as ::ffff:a.b.c.d
		copy(s.raw[8:], ip[:])
		s.n = syscall.SizeofSockaddrInet6
		return
	}
	binary.NativeEndian.PutUint16(s.raw[:], syscall.AF_INET)
	ip := to.Addr().Unmap().As4()
	copy(s.raw[4:], ip[:])
	s.n = syscall.SizeofSockaddrInet4
}

// get reads the address.
func (s *sockaddr) get() netip.AddrPort {
	port := binary.BigEndian.Uint16(s.raw[2:])
	if binary.NativeEndian.Uint16(s.raw[:]) == syscall.AF_INET6 {
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(s.raw[8:24])).Unmap(), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(s.raw[4:8])), port)
}

// outlet sends datagrams. It has one user at a time.
type outlet struct {
	conn  controller
	six   bool
	to    sockaddr
	known netip.AddrPort // what to was made of
	b     []byte
	errno syscall.Errno
	call  func(fd uintptr) // send, made once: a method value would be made for each packet
}

// controller gives a socket to whoever needs it as the kernel knows it, and
// keeps it open meanwhile.
type controller interface {
	Control(f func(fd uintptr)) error
}

func newOutlet(c controller) (*outlet, error) {
	o := &outlet{conn: c}
	err := c.Control(func(fd uintptr) {
		if name, errName := syscall.Getsockname(int(fd)); errName == nil {
			_, o.six = name.(*syscall.SockaddrInet6)
		}
	})
	o.call = o.send
	return o, err
}

// outletOf is an outlet of a socket of package net.
func outletOf(c *net.UDPConn) (*outlet, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	return newOutlet(raw)
}

// again is another outlet of the same socket.
func (o *outlet) again() *outlet {
	n := &outlet{conn: o.conn, six: o.six}
	n.call = n.send
	return n
}

// write sends b.
func (o *outlet) write(b []byte, to netip.AddrPort) error {
	if len(b) == 0 || !o.six && !to.Addr().Unmap().Is4() {
		return syscall.EINVAL
	}
	if to != o.known {
		o.to.set(to, o.six)
		o.known = to
	}
	o.b = b
	err := o.conn.Control(o.call)
	o.b = nil
	if err != nil {
		return err
	}
	if o.errno != 0 {
		return o.errno
	}
	return nil
}

func (o *outlet) send(fd uintptr) {
	_, _, o.errno = syscall.RawSyscall6(syscall.SYS_SENDTO, fd, uintptr(unsafe.Pointer(&o.b[0])), uintptr(len(o.b)),
		syscall.MSG_DONTWAIT, uintptr(unsafe.Pointer(&o.to.raw)), uintptr(o.to.n))
}

// intake receives datagrams. It has one user at a time.
type intake struct {
	conn  syscall.RawConn
	from  sockaddr
	b     []byte
	n     uintptr
	errno syscall.Errno
	call  func(fd uintptr) (done bool)
}

func newIntake(c *net.UDPConn) (*intake, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	i := &intake{conn: raw}
	i.call = i.receive
	return i, nil
}

// read waits for a datagram.
func (i *intake) read(b []byte) (n int, from netip.AddrPort, err error) {
	i.b = b
	if err := i.conn.Read(i.call); err != nil {
		return 0, netip.AddrPort{}, err
	}
	if i.errno != 0 {
		return 0, netip.AddrPort{}, i.errno
	}
	return int(i.n), i.from.get(), nil
}

func (i *intake) receive(fd uintptr) (done bool) {
	i.from.n = maxSockaddr
	i.n, _, i.errno = syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&i.b[0])), uintptr(len(i.b)),
		syscall.MSG_DONTWAIT, uintptr(unsafe.Pointer(&i.from.raw)), uintptr(unsafe.Pointer(&i.from.n)))
	return i.errno != syscall.EAGAIN
}
