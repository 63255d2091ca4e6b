package sip

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

// causeOfTLS words why no TLS connection to a trunk came about, and which
// setting can mend it; empty when err is about something else.
func causeOfTLS(err error) string {
	var (
		name      x509.HostnameError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		unproven  *tls.CertificateVerificationError
		notTLS    tls.RecordHeaderError
		remote    *net.OpError
	)
	switch {
	case errors.As(err, &name):
		return causeOtherName + ":" + name.Host
	case errors.As(err, &authority):
		return causeStranger
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return causeExpired
	case errors.As(err, &unproven):
		return causeUntrusted + ":" + unproven.Err.Error()
	case errors.As(err, &notTLS):
		return causeNoTLS
	case errors.As(err, &remote) && remote.Op == "remote error":
		return causeTLSRejected + ":" + remote.Err.Error()
	}
	return ""
}
