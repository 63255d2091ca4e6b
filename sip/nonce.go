package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

// nonceLife is how long a nonce is good. A phone that comes later is told
// stale=true and signs again by itself.
const nonceLife = 5 * time.Minute

// nonces makes and checks the nonces of digest challenges (RFC 7616 §3.3). A
// nonce carries its time, a random part and an HMAC over both and the address
// it was sent to, so nothing is remembered of those never used.
type nonces struct {
	key [32]byte
	now func() time.Time

	mu   sync.Mutex // guards used
	used map[string]usage
}

// usage is the highest nc seen with a nonce.
type usage struct {
	nc    uint64
	until time.Time
}

// usedMax bounds the table of used nonces; only nonces a right password came
// with get into it.
const usedMax = 20_000

func newNonces() *nonces {
	n := &nonces{now: time.Now, used: map[string]usage{}}
	_, _ = rand.Read(n.key[:]) // never fails
	return n
}

// Six random bytes: with four, two phones of one address that sign in within
// the same second would share a nonce once in a while, and one be refused. More
// would make a 401 with two challenges longer than twice the shortest REGISTER,
// which the guard takes for an amplifier.
const (
	nonceHead  = 4 + 6          // seconds, random
	nonceBytes = nonceHead + 10 // and HMAC
)

// issue makes a nonce for ip.
func (n *nonces) issue(ip netip.Addr) string {
	var b [nonceBytes]byte
	binary.BigEndian.PutUint32(b[:4], uint32(n.now().Unix()))
	_, _ = rand.Read(b[4:nonceHead])
	copy(b[nonceHead:], n.mac(b[:nonceHead], ip))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (n *nonces) mac(head []byte, ip netip.Addr) []byte {
	m := hmac.New(sha256.New, n.key[:])
	m.Write(head)
	m.Write(ip.AsSlice())
	return m.Sum(nil)[:nonceBytes-nonceHead]
}

// authentic tells whether nonce is one we sent to ip, however long ago.
func (n *nonces) authentic(nonce string, ip netip.Addr) bool {
	_, ok := n.issued(nonce, ip)
	return ok
}

func (n *nonces) issued(nonce string, ip netip.Addr) (time.Time, bool) {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != nonceBytes || !hmac.Equal(b[nonceHead:], n.mac(b[:nonceHead], ip)) {
		return time.Time{}, false
	}
	return time.Unix(int64(binary.BigEndian.Uint32(b)), 0), true
}

// use takes the nc-th use of nonce. It is refused when the nonce is not ours,
// too old, or was used with this nc or a higher one before: a replay.
func (n *nonces) use(nonce string, nc uint64, ip netip.Addr) bool {
	at, ok := n.issued(nonce, ip)
	now := n.now()
	if age := now.Sub(at); !ok || age > nonceLife || age < -time.Second || nc == 0 {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if nc <= n.used[nonce].nc {
		return false
	}
	if _, known := n.used[nonce]; !known && len(n.used) >= usedMax {
		for k, u := range n.used {
			if now.After(u.until) {
				delete(n.used, k)
			}
		}
		if len(n.used) >= usedMax {
			return false // stale=true: she signs again, and by then there is room
		}
	}
	n.used[nonce] = usage{nc, at.Add(nonceLife + time.Second)}
	return true
}
