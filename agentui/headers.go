package agentui

import "net/http"

// policy is what a page of ours may load: only our own files, no inline
// script or style. Trusted Types let only lit turn text into elements.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; " +
	"img-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html sahut-worker"

// setHeaders gives every answer what protects it. Handlers that serve files
// with their hash in the address replace Cache-Control.
func setHeaders(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", "microphone=(self), speaker-selection=(self), screen-wake-lock=(self), hid=(self), camera=(), geolocation=()")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
