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
		said      *net.OpError
	)
	switch {
	case errors.As(err, &name):
		return "its certificate is for another name than " + name.Host + " (tls_name)"
	case errors.As(err, &authority):
		return "its certificate is signed by nobody we trust (tls_ca)"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or begins later"
	case errors.As(err, &unproven):
		return "its certificate cannot be trusted: " + unproven.Err.Error()
	case errors.As(err, &notTLS):
		return "does not speak TLS at that port"
	case errors.As(err, &said) && said.Op == "remote error":
		return "refused our TLS connection: " + said.Err.Error() + " (tls_cert)"
	}
	return ""
}
